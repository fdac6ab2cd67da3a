/** What the command line may touch of the world. The composition root fills it in; tests fill in their own. */

/** Questions of the wizard; each answer is null where the user broke off (Ctrl-C). */
export interface Prompts {
  /** @param question.check says what is wrong with an answer, or undefined */
  text(question: {
    readonly message: string
    readonly initial?: string
    readonly placeholder?: string
    readonly check?: (answer: string) => string | undefined
  }): Promise<string | null>
  choose(question: {
    readonly message: string
    readonly options: readonly { readonly value: string; readonly label: string; readonly hint?: string }[]
  }): Promise<string | null>
}

export interface Io {
  stdout(text: string): void
  stderr(text: string): void
  /** Both ends are a terminal, so questions can be asked. */
  readonly isTerminal: boolean
  /** Width that screens must fit. */
  readonly columns: number
  readonly color: boolean
  readonly cwd: string
  /** Now, ms UTC. */
  now(): number
  /** Calls back when somebody wants to break off (Ctrl-C), once. @returns what takes it back; absent: nobody can. */
  readonly onInterrupt?: (stop: () => void) => () => void
  /** Absent where nobody can be asked. */
  readonly prompts?: () => Promise<Prompts>
}

/** 0 answered, also "nothing to trade" · 1 no answer: refused, stale, limits that cannot be met · 2 wrong use or bad book · 3 the world failed. */
export const EXIT = { answered: 0, noAnswer: 1, wrongUse: 2, worldFailed: 3 } as const
export type ExitCode = (typeof EXIT)[keyof typeof EXIT]
