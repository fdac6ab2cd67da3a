/** A thread of the cell queue: it is handed the task once, and the texts of a cell each time. */
import { workerData } from 'piscina'
import type { Result } from '../../core/base/result.ts'
import type { CellOutcome } from '../../core/sim/study-periods.ts'
import { type CellTask, type Forecasts, runCell } from '../../wire/study-cell.ts'

const task = workerData as CellTask
const forecasts: Forecasts = new Map()

export default (texts: readonly string[]): Result<CellOutcome> => runCell(task, texts, forecasts)
