/** What the oracle uses of scs-solver, which has no types. */
declare module 'scs-solver' {
  interface Settings {
    epsAbs: number
    epsRel: number
    maxIters: number
    verbose: number
  }
  interface Scs {
    ScsSettings: new () => Settings
    setDefaultSettings(settings: Settings): void
    solve(data: object, cone: object, settings: Settings): { info: { statusVal: number; pobj: number } }
  }
  export default function createScs(): Promise<Scs>
}
