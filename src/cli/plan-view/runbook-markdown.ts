// A runbook as a page for a wiki: what it is for, what starts it, what it does, how it is judged.
import type { Plan, TriggerSpec } from '../../plan/plan.ts'
import { formatDuration } from '../format-time.ts'
import { toMermaid } from './mermaid.ts'
import { planSteps } from './render-plan.ts'

/** Makes a text harmless inside a Markdown table or sentence. */
export const inMarkdown = (text: string): string => text.replace(/([\\|<>*_[\]`])/g, '\\$1').replaceAll('\n', ' ')

/** Writes the page. */
export function toRunbookMarkdown(plan: Plan, planHash: string): string {
  const { guard, verify } = plan
  return [
    `# ${plan.name}`,
    '',
    inMarkdown(plan.summary),
    '',
    `Severity ${plan.severity} · automation ${plan.automation}${plan.owner === null ? '' : ` · owner ${inMarkdown(plan.owner)}`}${plan.expectMs === null ? '' : ` · takes about ${formatDuration(plan.expectMs)}`} · plan \`${planHash.slice(0, 12)}\``,
    '',
    '## Inputs',
    '',
    ...(plan.inputs.length === 0
      ? ['None.']
      : [
          '| name | type | needed | meaning |',
          '|---|---|---|---|',
          ...plan.inputs.map(
            ({ name, type, required, summary }) =>
              `| ${inMarkdown(name)} | ${type} | ${required ? 'yes' : 'no'} | ${inMarkdown(summary ?? '')} |`,
          ),
        ]),
    '',
    '## What starts it',
    '',
    ...(plan.triggers.length === 0 ? ['A person only.'] : plan.triggers.map((trigger) => `- ${triggerText(trigger)}`)),
    '',
    '## What holds it back',
    '',
    `- lock: ${guard.lock ?? 'none'}; when busy: ${guard.onBusy}`,
    `- attempts: ${guard.attempts.map(({ count, windowMs }) => `${count} per ${formatDuration(windowMs)}`).join(', ') || 'no limit'}; cooldown ${formatDuration(guard.cooldownMs)}`,
    `- keeps healthy: ${[guard.keepHealthyRatio === null ? null : `${guard.keepHealthyRatio * 100} %`, guard.keepHealthyCount === null ? null : `${guard.keepHealthyCount} nodes`].filter((part) => part !== null).join(', ') || 'no limit'}`,
    '',
    '## Steps',
    '',
    ...planSteps(plan, {}).map(
      (step) =>
        `${'  '.repeat(step.depth)}- **${inMarkdown(step.title)}**${step.action === null ? '' : ` (\`${step.action}\`)`}: ${inMarkdown(step.says)}${step.condition === null ? '' : `, if \`${step.condition.text}\``}`,
    ),
    '',
    '## How it is judged',
    '',
    ...(verify === null
      ? ['It has no check of its own.']
      : [
          ...verify.that.map((cel) => `- \`${cel}\``),
          '',
          `within ${formatDuration(verify.withinMs)}, steady for ${formatDuration(verify.stableMs)}.`,
        ]),
    '',
    '```mermaid',
    toMermaid(plan).trimEnd(),
    '```',
    '',
  ].join('\n')
}

function triggerText(trigger: TriggerSpec): string {
  const when = trigger.when === null ? '' : `, when \`${trigger.when}\``
  switch (trigger.kind) {
    case 'verdict':
      return `a node is ${trigger.verdict}${when}`
    case 'returned':
      return `a node that was taken out answers again${when}`
    case 'condition':
      return `\`${trigger.that}\` holds for ${formatDuration(trigger.forMs)}${when}`
    case 'trend':
      return `${trigger.metric} reaches ${trigger.reaches} within ${formatDuration(trigger.withinMs)}${when}`
    case 'alert':
      return `the alert ${Object.entries(trigger.labels)
        .map(([name, value]) => `${name}=${value}`)
        .join(', ')} fires${when}`
    case 'schedule':
      return trigger.cron.startsWith('@every ')
        ? `the clock, every ${formatDuration(Number.parseInt(trigger.cron.slice(7)) * 1_000)}${when}`
        : `the clock: \`${trigger.cron}\` (${trigger.timezone})${when}`
  }
}
