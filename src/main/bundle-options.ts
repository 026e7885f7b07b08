// How workflow code is bundled, by the build and by whoever bundles from the sources.
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { DefaultLogger, type BundleOptions } from '@temporalio/worker'

// Built or not, a workflow file has the ending of this one.
const ending = extname(import.meta.url)
const workflowFile = (name: string): string =>
  fileURLToPath(new URL(`../../workflows/${name}${ending}`, import.meta.url))

/** Answers the options for a bundle of these workflows, Phix's own where none are given. */
export const bundleOptions = (workflowsPath: string = workflowFile('index')): BundleOptions => ({
  workflowsPath,
  preloadModules: [workflowFile('loaded-once')],
  // The bundler talks of every module; only what goes wrong is of interest.
  logger: new DefaultLogger('ERROR'),
})
