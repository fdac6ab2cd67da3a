import { describe, expect, it } from 'vitest'
import { rememberLast } from '../../../src/core/base/remember.ts'

describe('remembering', () => {
  it('[BASE-25] an answer is given again for the same object and the same rest, and computed anew for any other', () => {
    const asked: string[] = []
    const price = rememberLast((of: { name: string }, rate: number, unit: string) => {
      asked.push(`${of.name} ${rate} ${unit}`)
      return `${of.name} at ${rate} ${unit}`
    })
    const [coin, other] = [{ name: 'BTC' }, { name: 'ETH' }]
    const answers = [price(coin, 1, 'USD'), price(coin, 1, 'USD'), price(other, 1, 'USD'), price(coin, 1, 'USD')]
    expect(answers).toEqual(['BTC at 1 USD', 'BTC at 1 USD', 'ETH at 1 USD', 'BTC at 1 USD'])
    expect(asked).toEqual(['BTC 1 USD', 'ETH 1 USD'])
    expect([price(coin, 2, 'USD'), price(coin, 2, 'EUR'), price({ name: 'BTC' }, 2, 'EUR')]).toEqual([
      'BTC at 2 USD',
      'BTC at 2 EUR',
      'BTC at 2 EUR',
    ])
    expect(asked).toHaveLength(5)
    // Only the last answer is kept.
    price(coin, 1, 'USD')
    expect(asked).toHaveLength(6)
  })
})
