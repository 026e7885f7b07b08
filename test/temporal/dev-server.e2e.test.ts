import { afterAll, beforeAll, expect, test } from 'vitest'
import { Connection } from '@temporalio/client'
import { SEARCH_ATTRIBUTES } from '../../src/plan/ids.ts'
import { describeWithTemporal, startTestServer, type TestServer } from '../temporal-server.ts'

describeWithTemporal('the embedded Temporal server', () => {
  let server: TestServer
  beforeAll(async () => {
    server = await startTestServer()
  })
  afterAll(() => server.stop())

  test('it has the search attributes once it is ready', async () => {
    const connection = await Connection.connect({ address: server.address })
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace: server.namespace })
    await connection.close()
    expect(Object.keys(customAttributes)).toEqual(expect.arrayContaining(Object.keys(SEARCH_ATTRIBUTES)))
  })

  test('killed and started again on the same file, it answers on the same address', async () => {
    const before = server.pid()
    await server.kill()
    await server.restart()
    expect(server.pid()).not.toBe(before)
    const connection = await Connection.connect({ address: server.address })
    await connection.close()
  })
})
