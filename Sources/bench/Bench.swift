import Autodiff
@main struct Bench {
  static func smallGraph() throws -> Double {
    let mu = try Tensor<Double>([0.5, -1.2]).tracked(), lv = try Tensor<Double>([0.1, -0.7]).tracked()
    let y = try 0.5 * sum(pow(mu, 2) + exp(lv) - lv - 1)
    let g = try gradients(of: y, withRespectTo: [mu, lv], keepingTape: false)
    return g[0].item2 + g[1].item2
  }
  static func main() throws {
    var best = Duration.seconds(1)
    var s = 0.0
    for _ in 0..<5 {
      let t = ContinuousClock.now
      for _ in 0..<100000 { s += try smallGraph() }
      best = min(best, ContinuousClock.now - t)
    }
    print(best / 100000, s)
  }
}
extension Tensor { var item2: Scalar { scalars[0] } }
