import { expect, test } from 'vitest'
import { admitUrl } from '../../../activities/http/admit-url.ts'
import { isPublicAddress } from '../../../activities/http/public-address.ts'

const nobody = () => false
const resolveTo =
  (...addresses: string[]) =>
  async () =>
    addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))

test.each([
  'http://127.0.0.1/',
  'http://127.1/',
  'http://0x7f.1/',
  'http://0177.0.0.1/',
  'http://2130706433/',
  'http://①②⑦.⓪.⓪.①/',
  'http://0.0.0.0/',
  'http://[::1]/',
  'http://[::]/',
  'http://[::ffff:127.0.0.1]/',
  'http://[::ffff:7f00:1]/',
  'http://[::127.0.0.1]/',
  'http://[64:ff9b::7f00:1]/',
  'http://[64:ff9b::a9fe:a9fe]/',
  'http://[2002:7f00:1::]/',
  'http://[2001:0:7f00:1::]/',
  'http://169.254.169.254/latest/meta-data/',
  'http://10.0.0.1/',
  'http://172.16.3.4/',
  'http://192.168.1.1/',
  'http://100.64.0.1/',
  'http://198.18.0.1/',
  'http://224.0.0.1/',
  'http://255.255.255.255/',
  'http://[fe80::1]/',
  'http://[fc00::1]/',
  'http://[fd12:3456::1]/',
  'http://[fec0::1]/',
  'http://[ff02::1]/',
])('%s is no public address, however it is spelled', async (url) => {
  const admitted = admitUrl(url, nobody, async () => {
    throw new Error('a literal is not resolved')
  })
  await expect(admitted).rejects.toMatchObject({ code: 'refused' })
})

test.each(['localhost.', '127.0.0.1.nip.io', 'intranet'])(
  'a name that resolves to a private address is refused: %s',
  async (host) => {
    await expect(admitUrl(`http://${host}/`, nobody, resolveTo('127.0.0.1'))).rejects.toMatchObject({ code: 'refused' })
  },
)

test('a name of which one address is private is refused: which one is called would be chance', async () => {
  await expect(admitUrl('http://half.example/', nobody, resolveTo('93.184.216.34', '10.0.0.1'))).rejects.toMatchObject({
    code: 'refused',
  })
})

test('a public name is admitted, with the address that it is pinned to', async () => {
  const admitted = await admitUrl('https://example.com/x', nobody, resolveTo('93.184.216.34'))
  expect(admitted).toMatchObject({ address: '93.184.216.34', family: 4 })
  expect(isPublicAddress('2606:2800:220:1:248:1893:25c8:1946')).toBe(true)
})

test.each(['ftp://example.com/', 'file:///etc/passwd', 'http://user:pass@example.com/', 'nonsense'])(
  '%s is refused',
  async (url) => {
    await expect(admitUrl(url, nobody, resolveTo('93.184.216.34'))).rejects.toMatchObject({ code: 'refused' })
  },
)
