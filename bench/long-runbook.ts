// A runbook of any length, with what runbooks are made of: polls, changes, conditions over what came before.

/** Answers the YAML of a runbook with this many steps. */
export function longRunbook(steps: number): string {
  const step = (index: number): string => {
    const before = Math.max(0, index - (index % 5))
    switch (index % 5) {
      case 0:
        return `  - id: probe_${index}
    title: Look at the node, time ${index}
    uses: node.probe
    with: { node: "\${{ inputs.node }}", samples: 3, every: 500ms }
`
      case 1:
        return `  - id: restart_${index}
    if: "!steps.probe_${before}.output.healthy"
    uses: service.restart
    with: { target: "\${{ inputs.node }}" }
    timeout: 30s
    retry: { attempts: 3, backoff: 2s, factor: 2, jitter: 20% }
    onFailure: continue
`
      case 2:
        return `  - id: back_${index}
    waitUntil: node.probe
    with: { node: "\${{ inputs.node }}" }
    until: output.healthy && output.samples > 0
    every: 500ms
    timeout: 30s
`
      case 3:
        return `  - id: values_${index}
    set: { share: "\${{ cluster.healthy_ratio * 100 }}", was: "\${{ steps.probe_${before}.output.reason }}" }
`
      default:
        return `  - notify: oncall
    message: "\${{ inputs.node }}: \${{ steps.values_${before + 3}.output.share }} % are healthy"
`
    }
  }
  const head = 'runbook: long\nsummary: Does a lot.\ninputs:\n  node: { type: node }\nsteps:\n'
  return head + Array.from({ length: steps }, (_, index) => step(index)).join('')
}
