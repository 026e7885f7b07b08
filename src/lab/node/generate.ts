// `POST /api/generate`: streams JSON lines like Ollama, with real work for each token. Everything it needs must hold:
// configuration, memory, data, model, space to write. What does not hold is its error.
import { pbkdf2 } from 'node:crypto'
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { readJson } from '../http-answers.ts'
import { nodeFiles } from '../layout.ts'
import type { ContextCache } from './context-cache.ts'
import { dataProblem } from './data-store.ts'
import { memoryShare } from './measure-node.ts'
import { MODEL, readModel } from './model-store.ts'
import type { NodeConfig } from './node-config.ts'
import { appendLine } from './spool.ts'

const BODY_LIMIT_BYTES = 9_000_000
/** The share of its memory limit from which on a node generates nothing any more. */
const MEMORY_FULL = 0.9
const stretch = promisify(pbkdf2)

export async function generate(
  request: IncomingMessage,
  response: ServerResponse,
  folder: string,
  config: NodeConfig,
  contexts: ContextCache,
): Promise<void> {
  const body = await readJson(request, BODY_LIMIT_BYTES)
  const prompt = typeof body['prompt'] === 'string' ? body['prompt'] : ''
  if (body['keep_alive'] === 0) contexts.clear()
  // The leak: what is to be kept is kept before anything is checked, and never more than the limit.
  if (Number(body['keep_alive']) < 0 && memoryShare(config) < 1) contexts.keep(prompt)
  const words = prepare(prompt, folder, config)

  const began = performance.now()
  const { tokens, token_work, token_delay_ms } = config.values
  response.writeHead(200, { 'content-type': 'application/x-ndjson' })
  for (let index = 0; index < tokens && !response.destroyed; index++) {
    if (token_work > 0) await stretch(prompt.slice(0, 64), String(index), token_work, 32, 'sha256')
    await sleep(token_delay_ms)
    await writeLine(response, { model: MODEL, response: `${words[index % words.length]} `, done: false })
  }
  const tookNs = Math.round((performance.now() - began) * 1e6)
  await writeLine(response, { model: MODEL, response: '', done: true, eval_count: tokens, total_duration: tookNs })
  response.end()
}

/** Fails with the first thing that does not hold; nothing has been sent by then. */
function prepare(prompt: string, folder: string, config: NodeConfig): readonly string[] {
  const files = nodeFiles(folder)
  const { max_prompt_bytes, disk_quota_kb } = config.values
  if (Buffer.byteLength(prompt) > max_prompt_bytes)
    throw new Error(`the prompt is longer than max_prompt_bytes (${max_prompt_bytes})`)
  if (memoryShare(config) >= MEMORY_FULL) throw new Error('out of memory: kept contexts fill memory_limit_mb')
  const problem = dataProblem(files.data)
  if (problem !== null) throw new Error(problem)
  const words = readModel(files.modelsFolder)
  const line = `${new Date().toISOString()} ${prompt.length}\n`
  appendLine(files.spoolFolder, 'requests.log', line, disk_quota_kb * 1_024)
  return words
}

async function writeLine(response: ServerResponse, line: object): Promise<void> {
  if (!response.write(`${JSON.stringify(line)}\n`) && !response.destroyed)
    await Promise.race([once(response, 'drain'), once(response, 'close')])
}
