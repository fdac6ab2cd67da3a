/** The shape of what is held: positions and settled money, written out or in a file. */
import { choice, fraction, money, number, path } from './leaf.ts'
import { either, openSection, optional, section } from './shape.ts'

const importFormat = choice('csv: instrument,quantity[,entry]; ccxt: what fetchPositions or fetchBalance returned', [
  'csv',
  'ccxt',
])

export const positions = openSection(
  'what is held: a quantity per instrument, or {file: positions.csv}',
  {
    file: optional(path({ what: 'a file of positions, relative to the book', example: 'positions.csv' })),
    from: optional(importFormat),
  },
  either(
    'a quantity such as 1.5, or {quantity, entry}, {value: 70000 USD} or {weight: 70%}',
    number('quantity', 'any', { what: 'a signed quantity, + long', example: '1.09375' }),
    section('a position', {
      quantity: optional(number('quantity', 'any', { what: 'the signed quantity, + long', example: '-2' })),
      value: optional(money('value', 'any', { what: 'its signed value instead of a quantity', example: '70000 USD' })),
      weight: optional(
        fraction('weight', 'any', {
          what: 'its signed share of `equity` instead of a quantity',
          example: '70%',
        }),
      ),
      entry: optional(number('entry', 'positive', { what: 'the average entry price', example: '61000' })),
    }),
  ),
)

export const cash = openSection(
  'settled balance per currency, or {file: balance.json, from: ccxt, unrealised: excluded}',
  {
    file: optional(path({ what: 'a file with balances, relative to the book', example: 'balance.json' })),
    from: optional(choice('ccxt: what fetchBalance returned', ['ccxt'])),
    unrealised: optional(choice("whether the venue's totals include unrealised profit", ['excluded', 'included'])),
  },
  number('cash', 'any', { what: 'the settled balance', example: '10000' }),
)
