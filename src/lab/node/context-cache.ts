// Prompts that clients asked to keep (`keep_alive` below zero, as in Ollama). They stay resident until the process ends
// or a client lets go with `keep_alive: 0`: a leak that any client can make.

export interface ContextCache {
  keep(prompt: string): void
  clear(): void
}

export function createContextCache(): ContextCache {
  let kept: Buffer[] = []
  return {
    keep: (prompt) => void kept.push(Buffer.from(prompt)),
    clear: () => {
      kept = []
    },
  }
}
