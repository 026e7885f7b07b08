// What the environment says about the terminal (no-color.org, TERM=dumb), read here because only this folder may.

export interface TerminalEnvironment {
  readonly noColor: boolean
  readonly forceColor: boolean
  /** A terminal that cannot move its cursor. */
  readonly dumb: boolean
}

/** Reads how the terminal wants to be written to. */
export function readTerminal(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): TerminalEnvironment {
  const isSet = (name: string): boolean => (environment[name] ?? '') !== ''
  return {
    noColor: isSet('NO_COLOR'),
    forceColor: isSet('FORCE_COLOR') && !isSet('NO_COLOR') && environment['FORCE_COLOR'] !== '0',
    dumb: environment['TERM'] === 'dumb',
  }
}
