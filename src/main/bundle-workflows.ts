// Bundles the workflows once, at build time, so that a worker starts without a bundler: `dist/workflows.js`.
import { renameSync, writeFileSync } from 'node:fs'
import { bundleWorkflowCode } from '@temporalio/worker'
import { bundleOptions } from './bundle-options.ts'
import { bundlePath } from './bundle-path.ts'

const { code } = await bundleWorkflowCode(bundleOptions())
const draft = `${bundlePath()}.draft`
writeFileSync(draft, code)
renameSync(draft, bundlePath())
