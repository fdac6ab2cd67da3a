/** A terminal for tests: runs the command line in process and keeps what it printed. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Io, Prompts } from '../../../src/shell/cli/io.ts'
import { run } from '../../../src/shell/cli/run.ts'

export interface Printed {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** 2026-03-02T09:30:00Z */
const NOW = 1_772_443_800_000

export async function cli(
  argv: readonly string[],
  options: {
    readonly cwd?: string
    readonly columns?: number
    readonly color?: boolean
    readonly prompts?: Prompts
  } = {},
): Promise<Printed> {
  let [out, err] = ['', '']
  const { prompts } = options
  const io: Io = {
    stdout: (text) => {
      out += text
    },
    stderr: (text) => {
      err += text
    },
    isTerminal: prompts !== undefined,
    columns: options.columns ?? 80,
    color: options.color ?? false,
    cwd: options.cwd ?? process.cwd(),
    now: () => NOW,
    ...(prompts === undefined ? {} : { prompts: async () => prompts }),
  }
  const code = await run(argv, io)
  return { code, out, err }
}

/** An empty folder that is gone after the test. */
export function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'equipoise-cli-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Prompts that give these answers in turn; null breaks off. An answer its question refuses fails the test. */
export function answering(answers: readonly (string | null)[]): Prompts & { readonly asked: string[] } {
  const left = [...answers]
  const asked: string[] = []
  const next = (message: string): string | null => {
    asked.push(message)
    const answer = left.shift()
    if (answer === undefined) throw new Error(`no answer left for: ${message}`)
    return answer
  }
  return {
    asked,
    text: async ({ message, check }) => {
      const answer = next(message)
      const wrong = answer === null ? undefined : check?.(answer)
      if (wrong !== undefined) throw new Error(`${message}: ${wrong}`)
      return answer
    },
    choose: async ({ message, options }) => {
      const answer = next(message)
      if (answer !== null && !options.some(({ value }) => value === answer))
        throw new Error(`no such choice: ${answer}`)
      return answer
    },
  }
}
