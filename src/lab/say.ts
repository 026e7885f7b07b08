/** Writes one line of a lab process to its log. */
export function say(text: string): void {
  console.log(`${new Date().toISOString()} ${text}`)
}
