/** The part of the peer that a bench calls; the package carries no types. */
declare module 'portfolio-allocation' {
  const PortfolioAllocation: {
    equalRiskContributionWeights(covariance: readonly (readonly number[])[] | undefined): number[]
  }
  export default PortfolioAllocation
}
