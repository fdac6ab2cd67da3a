/** Questions at a terminal, asked with clack; loaded only when something is asked. */
import { cancel, isCancel, select, text } from '@clack/prompts'
import type { Prompts } from './io.ts'

const orNull = (answer: string | symbol): string | null => {
  if (!isCancel(answer)) return String(answer)
  cancel('Broken off.')
  return null
}

export const terminalPrompts: Prompts = {
  async text({ message, initial, placeholder, check }) {
    return orNull(
      await text({
        message,
        ...(initial === undefined ? {} : { initialValue: initial }),
        ...(placeholder === undefined ? {} : { placeholder }),
        ...(check === undefined ? {} : { validate: (answer: string | undefined) => check(answer ?? '') }),
      }),
    )
  },
  async choose({ message, options }) {
    return orNull(await select({ message, options: options.map((option) => ({ ...option })) }))
  },
}
