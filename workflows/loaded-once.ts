// What all runs of a worker share: code that is loaded and optimised once, not once a run (decision 0212). Pure modules
// only: what they keep between runs is a cache of pure functions, and their exports are frozen. Never the SDK.
import '../src/guard/decide.ts'
import '../src/guard/guard.ts'
import '../src/guard/state.ts'
import '../src/plan/hash.ts'
import './cap-result.ts'
import './details.ts'
import './interpreter/run-plan.ts'

// Temporal's worker takes a stack of every promise of a run and looks each frame up in the source map (decision 0205). Three
// frames tell where a bug is; ten cost a short run a twentieth of its time. Can be set here only: later it is frozen.
const V8Error: ErrorConstructor & { stackTraceLimit?: number } = Error
V8Error.stackTraceLimit = 3
