// The one place that touches process.env: what is not a setting (PATH, what a child process inherits) is read here.

/** The environment of this process, for its children. */
export const environment = (): NodeJS.ProcessEnv => process.env

/** Answers one variable; an empty one counts as not set. */
export const variable = (name: string): string | null => process.env[name] || null
