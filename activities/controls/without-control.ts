import type { ActionManifest } from '../../src/plan/manifest.ts'
import { refused } from '../wrapping/action-failure.ts'
import { action, type Action } from '../wrapping/action.ts'
import { requireTarget } from './find-members.ts'

/**
 * Makes the action of a family that no control of the inventory can do yet. It fails and names the control, because a
 * silent success would tell the person that it was done.
 */
export function withoutControl(manifest: ActionManifest, control: string): Action {
  const refuse = (input: Record<string, string>, context: Parameters<Action['run']>[1]): Promise<never> => {
    const name = input[manifest.targets[0] ?? ''] ?? ''
    const target = requireTarget(context, name)
    throw refused(
      `\`${manifest.name}\` cannot be done for \`${target.name}\`: its service would need a \`${control}\` control in the inventory, and this version has no driver of that kind; do it by hand in a \`manual\` step`,
    )
  }
  return action<Record<string, string>>({
    manifest,
    run: async (input, context) => refuse(input, context),
    would: async (input, context) => refuse(input, context),
  })
}
