/** What trading and holding cost, one object for optimiser, estimate and simulator, and the models it is made of. */
export {
  type ExecutionOrder,
  efficientFrontier,
  evenPaceCost,
  optimalTrajectory,
  type Trajectory,
} from './almgren-chriss.ts'
export { type DepthLadder, makeDepthLadder, sizeAtSlippage, walkBook } from './book-walk.ts'
export { calibrateImpact, type Fill, IMPACT_PRIORS, type ImpactFit } from './calibrate.ts'
export { type CarryTerms, expectedCarry, expectedFunding, fundingPayment, fundingTimes } from './carry.ts'
export { productArbitrage, productIn, productOut, productSlippage, splitPools } from './constant-product.ts'
export {
  type CostInputs,
  type CostModel,
  type CostTerms,
  estimateCarry,
  estimateCost,
  makeCostTerms,
  marginalCost,
  orderCost,
  takerCosts,
  tradeCost,
} from './cost-terms.ts'
export { checkFeeSchedule, type FeeSchedule, feeTier, orderFee } from './fees.ts'
export { averageImpact, impactCoefficient, metaorderCost, metaorderMarginal, peakImpact, sizeAtEdge } from './impact.ts'
export { liquidityOfBook, rungsOfCurve } from './liquidity.ts'
export { extendMetaorder, feltWeight, type Metaorder, NO_METAORDER } from './metaorder.ts'
export { fitPropagator, propagate } from './propagator.ts'
export { type ConcentratedPool, swap, swapStep } from './swap.ts'
export { rootPriceOfTick, tickOfRootPrice } from './tick.ts'
export { blockSchedule, kernelSchedule, resilientSchedule, scheduleCost } from './transient.ts'
