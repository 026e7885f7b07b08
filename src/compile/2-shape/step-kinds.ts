// The list of step kinds: one line each. A step's kind is the one of these keys that it carries.
import type { StepShape } from './step-shape.ts'
import { act } from './steps/act.ts'
import { approve } from './steps/approve.ts'
import { degrade } from './steps/degrade.ts'
import { doBlock } from './steps/do.ts'
import { end } from './steps/end.ts'
import { fail } from './steps/fail.ts'
import { forEach } from './steps/for-each.ts'
import { manual } from './steps/manual.ts'
import { notify } from './steps/notify.ts'
import { parallel } from './steps/parallel.ts'
import { repeat } from './steps/repeat.ts'
import { restore } from './steps/restore.ts'
import { run } from './steps/run.ts'
import { set } from './steps/set.ts'
import { switchStep } from './steps/switch.ts'
import { tryStep } from './steps/try.ts'
import { undoLeft } from './steps/undo-left.ts'
import { wait } from './steps/wait.ts'
import { waitUntil } from './steps/wait-until.ts'

/** `forEach` before `do`: it carries both keys. */
export const STEP_KINDS: readonly StepShape[] = [
  act,
  waitUntil,
  wait,
  approve,
  manual,
  parallel,
  forEach,
  switchStep,
  repeat,
  tryStep,
  run,
  set,
  notify,
  degrade,
  restore,
  fail,
  end,
  undoLeft,
  doBlock,
]
