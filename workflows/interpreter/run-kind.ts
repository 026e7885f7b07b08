// The one switch over step kinds; what a kind does is in steps/<kind>.ts.
import type { Step } from '../../src/plan/plan.ts'
import type { Place, RunContext } from './run-context.ts'
import type { StepDone } from './step-done.ts'
import { runAct } from './steps/act.ts'
import { runApprove } from './steps/approve.ts'
import { runDo } from './steps/do.ts'
import { endRun, failBlock } from './steps/endings.ts'
import { runForEach } from './steps/for-each.ts'
import { runManual } from './steps/manual.ts'
import { runModeChange } from './steps/mode-change.ts'
import { runNotify } from './steps/notify.ts'
import { runParallel } from './steps/parallel.ts'
import { runRepeat } from './steps/repeat.ts'
import { runChild } from './steps/run.ts'
import { runSet } from './steps/set.ts'
import { runSwitch } from './steps/switch.ts'
import { runTry } from './steps/try.ts'
import { undoLeft } from './steps/undo-left.ts'
import { runWait } from './steps/wait.ts'
import { runWaitUntil } from './steps/wait-until.ts'

export function runKind(context: RunContext, step: Step, at: Place, retries: number): Promise<StepDone> {
  switch (step.kind) {
    case 'act':
      return runAct(context, step, at, retries)
    case 'waitUntil':
      return runWaitUntil(context, step, at, retries)
    case 'wait':
      return runWait(context, step, at)
    case 'set':
      return runSet(context, step, at)
    case 'notify':
      return runNotify(context, step, at)
    case 'fail':
      return failBlock(context, step, at)
    case 'end':
      return endRun(context, step, at)
    case 'approve':
      return runApprove(context, step, at)
    case 'manual':
      return runManual(context, step, at)
    case 'do':
      return runDo(context, step, at)
    case 'parallel':
      return runParallel(context, step, at)
    case 'forEach':
      return runForEach(context, step, at)
    case 'switch':
      return runSwitch(context, step, at)
    case 'repeat':
      return runRepeat(context, step, at)
    case 'try':
      return runTry(context, step, at)
    case 'run':
      return runChild(context, step, at, retries)
    case 'degrade':
    case 'restore':
      return runModeChange(context, step, at, retries)
    case 'undoLeft':
      return undoLeft(context, step, at, retries)
  }
}
