// The environment of processes that Phix starts for others. They get what a program needs to find its tools and speak
// the machine's language, and none of Phix's own settings or secrets.
const PASSED_ON = ['PATH', 'HOME', 'USER', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR']

/** Answers the variables that a started process receives: the few that are passed on, then `own`. */
export function childEnvironment(own: Readonly<Record<string, string>>): Record<string, string> {
  const passed = PASSED_ON.flatMap((name) => {
    const value = process.env[name]
    return value === undefined ? [] : [[name, value] as const]
  })
  return { ...Object.fromEntries(passed), ...own }
}
