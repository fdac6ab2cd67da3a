/**
 * The composition root: the only file that reads arguments, environment and terminal. Everything below it is told.
 */
import { run } from './cli/run.ts'

const COLUMNS = { fallback: 80, least: 40, most: 120 }

const { argv, env, stdin, stdout, stderr } = process
// A terminal that does not know its width says 0.
const columns = stdout.isTTY && stdout.columns > 0 ? stdout.columns : COLUMNS.fallback
const isTerminal = stdin.isTTY === true && stdout.isTTY === true

// A reader that has seen enough, such as `head`, closes the pipe: that is no failure.
stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

process.exitCode = await run(argv.slice(2), {
  stdout: (text) => void stdout.write(text),
  stderr: (text) => void stderr.write(text),
  isTerminal,
  columns: Math.min(COLUMNS.most, Math.max(COLUMNS.least, columns)),
  color: stdout.isTTY === true && (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb',
  cwd: process.cwd(),
  now: () => Date.now(),
  onInterrupt: (stop) => {
    process.once('SIGINT', stop)
    return () => void process.off('SIGINT', stop)
  },
  prompts: async () => (await import('./cli/prompts.ts')).terminalPrompts,
})
