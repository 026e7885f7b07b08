// Bundles the workflows once, at build time, so that a worker starts without a bundler: `dist/workflows.js`.
import { renameSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { DefaultLogger, bundleWorkflowCode } from '@temporalio/worker'
import { bundlePath } from './bundle-path.ts'

// The bundler talks of every module; only what goes wrong is of interest.
const logger = new DefaultLogger('ERROR')
const workflowsPath = fileURLToPath(new URL('../../workflows/index.js', import.meta.url))
const { code } = await bundleWorkflowCode({ workflowsPath, logger })
const draft = `${bundlePath()}.draft`
writeFileSync(draft, code)
renameSync(draft, bundlePath())
