// What one check of `doctor` found: as data, so that it can be shown, counted and sent on.

export interface Finding {
  readonly name: string
  readonly level: 'good' | 'warn' | 'bad'
  readonly found: string
  /** What to do; null where nothing is to be done. */
  readonly fix: string | null
}

export const good = (name: string, found: string): Finding => ({ name, level: 'good', found, fix: null })
export const warn = (name: string, found: string, fix: string): Finding => ({ name, level: 'warn', found, fix })
export const bad = (name: string, found: string, fix: string): Finding => ({ name, level: 'bad', found, fix })
