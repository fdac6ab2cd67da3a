/**
 * The commands and their options. Each command is a module of its own, loaded when it is asked for, so that `--help`
 * and `--version` load neither the schemas nor a parser.
 */
import { readFileSync } from 'node:fs'
import { Command, CommanderError, Option } from 'commander'
import { EXIT, type ExitCode, type Io } from './io.ts'
import type { Output } from './output.ts'
import type { SizingFlags } from './sizing-request.ts'
import { printable } from './text.ts'

/** Options of every command that answers about a book, as the command line gives them. */
interface BookFlags {
  readonly book?: string
  readonly json?: true
  readonly csv?: true
  readonly explain?: true
}

interface BacktestFlags {
  readonly from?: string
  readonly to?: string
  readonly report?: string
  readonly journal?: string
  readonly targetRisk?: string
  readonly check?: true
}

interface StudyFlags {
  readonly results?: string
  readonly report?: string
  readonly threads?: string
}

type Finish = (code: ExitCode) => void

/** Parses `argv`, runs the command it names and returns its exit code. */
export async function answer(argv: readonly string[], io: Io): Promise<ExitCode> {
  let code: ExitCode = EXIT.answered
  const program = makeProgram(io, (finished) => {
    code = finished
  })
  try {
    // No command at all is a question about the program, not a mistake.
    await program.parseAsync(argv.length === 0 ? ['--help'] : argv, { from: 'user' })
    return code
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    return error.exitCode === 0 ? EXIT.answered : EXIT.wrongUse
  }
}

const outputOf = (flags: BookFlags): Output => ({
  form: flags.json === true ? 'json' : flags.csv === true ? 'csv' : 'text',
  explain: flags.explain === true,
})

const version = (): string => {
  const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}

function makeProgram(io: Io, finish: Finish): Command {
  const program = new Command('equipoise')
  configure(program, io)
  program
    .usage('<command> [options]')
    .description('Sizes every trade by what the book already holds: how big, and why.')
    .version(version(), '-V, --version', 'show the version')
  program.addHelpText(
    'after',
    '\nExit: 0 answered, 1 no answer (refused, stale, infeasible), 2 wrong use or bad\n' +
      'book, 3 the world failed. Start with: equipoise demo',
  )
  addStart(program, io, finish)
  addBookCommands(program, io, finish)
  addFileCommands(program, io, finish)
  return program
}

function configure(command: Command, io: Io): void {
  command
    .exitOverride()
    .helpOption('-h, --help', 'show help')
    .helpCommand(false)
    .configureHelp({ subcommandTerm: nameAndArguments })
    .showSuggestionAfterError(true)
    .allowExcessArguments(false)
    .configureOutput({
      writeOut: io.stdout,
      writeErr: io.stderr,
      getOutHelpWidth: () => io.columns,
      getErrHelpWidth: () => io.columns,
      getOutHasColors: () => io.color,
      getErrHasColors: () => io.color,
      outputError: (text, write) => write(usageError(text)),
    })
}

/** `size <instrument> <side>`, without the word for options that every command has. */
const nameAndArguments = (command: Command): string =>
  [command.name(), ...command.registeredArguments.map((each) => `<${each.name()}>`)].join(' ')

/** The parser's message, such as "error: unknown command 'pln'\n(Did you mean plan?)", in this program's own form. */
function usageError(text: string): string {
  const [what = '', guess] = text.trim().split('\n')
  const next = guess?.replace(/^\(Did you mean (.*)\?\)$/, 'did you mean $1?') ?? 'see equipoise --help'
  const message = what
    .replace(/^error: /, '')
    .replace(
      /^command-argument value '(.*)' is invalid for argument '(\w+)'\. Allowed choices are (.*)\.$/,
      choiceError,
    )
    .replace(/\.$/, '')
  return `equipoise: ${printable(message)}; ${next}\n`
}

const choiceError = (_: string, value: string, name: string, choices: string): string =>
  `${name} must be ${choices.replace(/, /g, ' or ')}, was '${value}'`

/** A subcommand that prints its own short help and shares the error form of the program. */
function subcommand(program: Command, io: Io, usage: { name: string; group: string; description: string }): Command {
  const command = program.command(usage.name).description(usage.description).helpGroup(usage.group)
  configure(command, io)
  return command
}

function bookCommand(program: Command, io: Io, usage: { name: string; description: string }): Command {
  return subcommand(program, io, { ...usage, group: 'Answers about a book:' })
    .option('--book <file>', 'the book, YAML or JSON (default: book.yaml here)')
    .addOption(new Option('--json', 'print JSON').conflicts('csv'))
}

function addStart(program: Command, io: Io, finish: Finish): void {
  const group = 'Start here:'
  subcommand(program, io, { name: 'demo', group, description: 'size the example book' }).action(async () => {
    const { demo } = await import('./commands/demo.ts')
    finish(await demo(io))
  })
  const init = subcommand(program, io, {
    name: 'init',
    group,
    description: 'write your own book',
  })
  init
    .option('--out <file>', 'file to write, never overwritten', 'book.yaml')
    .option('--currency <code>', 'currency every weight is measured in, such as USD')
    .option('--cash <amount>', 'money you have in it, such as 10000')
    .option('--hold <list>', 'what you hold, such as BTC=1.5,ETH=6.25')
    .option('--target <list>', 'weights you want, such as BTC=50%,ETH=30%,SOL=10%')
    .option('--price <list>', 'prices, such as BTC=64000,ETH=3200,SOL=160')
    .option('--vol <list>', 'annual volatilities, such as BTC=55%,ETH=70%,SOL=95%')
    .option('--correlation <list>', 'one for all pairs, or BTC/ETH=0.8,BTC/SOL=0.6,...')
    .option('--lot <list>', 'smallest steps of quantity, such as BTC=0.00001,ETH=0.0001')
    .option('--fee <fraction>', 'taker fee, such as 5bp')
    .option('--spread <fraction>', 'full bid-ask spread, such as 2bp')
    .option('--policy <words>', 'when and how far to trade, such as "cap 7%"')
    .option('--gross <fraction>', 'limit on the sum of absolute weights, such as 100%')
    .option('--as-of <time>', 'time of the prices, such as 2026-03-01T00:00:00Z')
    .action(async (flags: { out: string } & Readonly<Record<string, string>>) => {
      const { init: writeBook } = await import('./commands/init.ts')
      finish(await writeBook(flags, io))
    })
}

function addBookCommands(program: Command, io: Io, finish: Finish): void {
  bookCommand(program, io, { name: 'imbalance', description: 'what is held too much, in weight and in risk' })
    .addOption(new Option('--csv', 'print CSV, a row per underlying').conflicts('json'))
    .action(async (flags: BookFlags) => {
      const { imbalance } = await import('./commands/imbalance.ts')
      finish(await imbalance({ book: flags.book, output: outputOf(flags) }, io))
    })
  bookCommand(program, io, { name: 'plan', description: 'what the whole book should trade now' })
    .addOption(new Option('--csv', 'print CSV, a row per leg').conflicts('json'))
    .option('--explain', 'show every stage from wanted to final size')
    .option('--compare', 'a row for each policy')
    .option('--policy <words>', 'instead of the book\'s own, such as "band weight 10% edge" or "cap 7%"')
    .action(async (flags: BookFlags & { compare?: true; policy?: string }) => {
      const { plan } = await import('./commands/plan.ts')
      const { book, compare = false, policy } = flags
      finish(await plan({ book, output: outputOf(flags), compare, policy }, io))
    })
  bookCommand(program, io, {
    name: 'risk',
    description: 'volatilities, correlations, and how good they are',
  })
    .option('--score', "judge the book's estimator and others on its own candles")
    .option('--over <time>', 'time judged, such as 2y (default: the last half of the candles)')
    .option('--every <time>', 'from one forecast to the next (default: 1d)')
    .action(async (flags: BookFlags & { score?: true; over?: string; every?: string }) => {
      const { risk } = await import('./commands/risk.ts')
      const { book, score = false, over, every } = flags
      finish(await risk({ book, score, over, every, output: outputOf(flags) }, io))
    })
  backtestCommand(program, io, finish)
  studyCommand(program, io, finish)
  stressCommand(program, io, finish)
  const size = bookCommand(program, io, { name: 'size', description: 'how big one trade should be' })
    .argument('<instrument>', 'instrument of the book')
    .addArgument(program.createArgument('<side>', 'buy or sell').choices(['buy', 'sell']))
  sizingOptions(size)
    .option('--edge <fraction>', 'expected excess return a year, such as 30%')
    .option('--decay <time>', 'time in which the edge falls by the factor e; absent: it stays')
    .option('--carry <fraction>', 'funding and borrow a year, + = a long pays; absent: none')
    .option('--explain', 'show every factor and cap')
    .action(async (instrument: string, side: 'buy' | 'sell', flags: BookFlags & SizingFlags) => {
      const { size: answerSize } = await import('./commands/size.ts')
      finish(await answerSize({ book: flags.book, instrument, side, flags, output: outputOf(flags) }, io))
    })
  const quotes = bookCommand(program, io, { name: 'quotes', description: 'how much to quote on each side' }).argument(
    '<instrument>',
    'instrument of the book',
  )
  sizingOptions(quotes)
    .option('--range <amount>', 'a quantity, or 4x the orders, at which a side stops; instead of the band')
    .action(async (instrument: string, flags: BookFlags & SizingFlags & { range?: string }) => {
      const { quotes: answerQuotes } = await import('./commands/quotes.ts')
      const { book, range } = flags
      finish(await answerQuotes({ book, instrument, flags, range, output: outputOf(flags) }, io))
    })
}

function backtestCommand(program: Command, io: Io, finish: Finish): void {
  bookCommand(program, io, {
    name: 'backtest',
    description: 'the book run over history: result, cost, where it came from',
  })
    .option('--from <time>', "where it begins, instead of the book's own, such as 2025-01-01T00:00:00Z")
    .option('--to <time>', "where it ends, instead of the book's own")
    .option('--report <file>', 'write the result as a page, never over another file')
    .option('--journal <file>', 'write every event and what it led to, a line each')
    .option(
      '--target-risk <sizes>',
      'also run with other targets: off by, known later by, estimated from, such as 10%,7d,3y@0.8',
    )
    .addOption(new Option('--csv', 'print CSV, a row per bar').conflicts(['json', 'check']))
    .option('--check', 'only read what it would be run on, and say what is in it')
    .action(async (flags: BookFlags & BacktestFlags) => {
      const { backtest } = await import('./commands/backtest.ts')
      const { book, from, to, report, journal, targetRisk, check = false, json = false, csv = false } = flags
      finish(await backtest({ book, from, to, report, journal, targetRisk, check, json, csv }, io))
    })
}

function studyCommand(program: Command, io: Io, finish: Finish): void {
  bookCommand(program, io, {
    name: 'study',
    description: 'which parameters are better over history, and whether to believe it',
  })
    .option('--results <file>', 'where results are kept and taken from (default: the name of the book, .study.jsonl)')
    .option('--report <file>', 'write the result as a page, never over another file')
    .option('--threads <count>', 'how many books are run at once (default: all cores)')
    .action(async (flags: BookFlags & StudyFlags) => {
      const { study } = await import('./commands/study.ts')
      const { book, results, report, threads, json = false } = flags
      finish(await study({ book, results, report, threads, json }, io))
    })
}

interface StressFlags {
  readonly scenario?: string[]
  readonly crash?: string
  readonly data?: string[]
  readonly as?: string[]
  readonly paths?: string
}

const gather = (text: string, before: string[] | undefined): string[] => [...(before ?? []), text]

function stressCommand(program: Command, io: Io, finish: Finish): void {
  bookCommand(program, io, {
    name: 'stress',
    description: 'the book run where other things happen: scenarios, crashes, histories drawn again',
  })
    .option('--scenario <name>', "only this of the book's scenarios; may be given again", gather)
    .option('--crash <name>', 'a crash that happened, such as 2020-03-12, from --data')
    .option('--data <name=file>', 'candles of an underlying that cover the crash; may be given again', gather)
    .option('--as <name=name>', 'an underlying without candles of the crash moves as another', gather)
    .option('--paths <count>', "how many histories are drawn, instead of the book's own")
    .action(async (flags: BookFlags & StressFlags) => {
      const { stress } = await import('./commands/stress.ts')
      const { book, scenario = [], crash, data = [], as: stands = [], paths, json = false } = flags
      finish(await stress({ book, scenarios: scenario, crash, data, stands, paths, json }, io))
    })
}

/** What stands in the book's `sizing` section, for one question. */
const sizingOptions = (command: Command): Command =>
  command
    .option('--base <amount>', 'size before the book is looked at: 0.5 of it, or 5% of equity')
    .option('--curve <words>', 'how size falls with imbalance, such as linear or "power 2"')
    .option('--unit <name>', 'unit of the imbalance: risk, weight or volatility')
    .option('--width <fraction>', 'half-width of the band, in weight or volatility')

function addFileCommands(program: Command, io: Io, finish: Finish): void {
  const group = 'Files:'
  subcommand(program, io, { name: 'schema', group, description: 'print the JSON Schema of a file' })
    .addArgument(program.createArgument('<file>', 'book or plan').choices(['book', 'plan']))
    .action(async (name: 'book' | 'plan') => {
      const { schema } = await import('./commands/schema.ts')
      finish(await schema(name, io))
    })
  subcommand(program, io, { name: 'calibrate', group, description: 'impact of own trades, from metaorders in CSV' })
    .argument('<file>', 'side,quantity,price,arrival,volume,vol: a row per metaorder')
    .requiredOption('--costs <fraction>', 'fee and half spread that are in the prices paid, such as 1bp; 0 for none')
    .option('--json', 'print JSON')
    .action(async (file: string, flags: { costs: string; json?: true }) => {
      const { calibrate } = await import('./commands/calibrate.ts')
      finish(await calibrate({ file, costs: flags.costs, json: flags.json === true }, io))
    })
  const data = subcommand(program, io, { name: 'data', group, description: 'price history: data import <files...>' })
  const imports = data.command('import')
  configure(imports, io)
  imports
    .description('check candle files of the usual layouts and write them as one kind of CSV')
    .argument('<file...>', 'candle files')
    .option('--out <folder>', 'folder to write to; nothing is written when a file is refused')
    .option('--check', 'only check')
    .action(async (files: string[], flags: { out?: string; check?: true }) => {
      const { importCandles } = await import('./commands/data.ts')
      finish(await importCandles({ files, out: flags.out, check: flags.check === true }, io))
    })
}
