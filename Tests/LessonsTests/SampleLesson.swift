import Lessons

/// A lesson with one of everything.
let sampleLesson = #"""
    ---
    format: 1
    id: kl
    version: 2
    title: The KL term in closed form
    seed: 7
    minutes: 25
    needs: [elbo, trick]
    sources: [Kingma & Welling 2013 (arXiv 1312.6114), appendix B; Doersch 2016]
    plan: |
      Ten minutes on the derivation.

      The rest on the lab.
    ---

    ## Why it has a *closed* form
    For two Gaussians, $\mu = 0.5$ say, see arXiv 1312.6114 and figure 4.2.
    The gap is `= gap : .3f` nats, and `x = 0.25` is code.

    $$
    \mathrm{KL} = 0.5 \sum_i
    $$

    ```predict id=which-way of=closed
    prompt: Up or `= lo`?
    choices: up | down | neither
    answer: if gap < 0 { "down" } else { "up" }
    ```

    ```cell id=closed quick=false budget=10s
    mu = param([0.5, -1.2])
    gap = sum(mu^2) - 1.0
    knob beta = 1 in 0..10 "weight of the KL term"

    check "closed form = samples": gap ~= 0.69 tol 1e-12
    for k in [1, 2] { check "at {k}": k > 0 }
    ```

    <!-- note: ask the room
    before you press Enter -->

    ```ask id=missing-half kind=expression vars="mu in -2..2, logvar in -3..1"
    prompt: |
      Write the KL
        of one latent dimension.
    answer: 0.5 * (mu^2 + exp(logvar) - logvar - 1)
    wrong: mu^2 + exp(logvar) - logvar - 1 => You lost the factor 1/2.
    hint: Take the expectation.
    hint: Term by term.
    ```

    ```text
    ## no heading, 0.75
    ```

    # Going deeper

    ## More
    ```ask id=bigger kind=choice
    prompt: Which divergence is larger?
    choice: KL(q‖p)
    choice*: KL(p‖q)
    why: q has thin tails.
    ```

    ```ask id=value kind=number tol=0.01
    prompt: How large?
    answer: gap * 2
    ```

    ```lab id=no-reparam
    prompt: Mend it.
    start: |
      z = 1
      loss = z
    solution: |
      z = 2
    check: |
      check "gradient arrives": z > 1
    ```
    $$ a = b $$
    """#

/// Its translation.
let sampleTranslation = #"""
    ---
    format: 1
    id: kl
    version: 2
    title: KL 项的闭式解
    ---

    ## 为什么
    差是 `= gap : .3f` 奈特。

    ```predict id=which-way
    prompt: 向上还是向下?
    choices: 上 | 下 | 都不
    ```

    ```cell id=closed
    ```

    ```texts
    "closed form = samples" => "闭式解 = 采样"
    "at {k}" => "在 {k}"
    "weight of the KL term" => "KL 项的权重"
    ```

    ```ask id=missing-half
    prompt: 写出 KL。
    wrong: mu^2 + exp(logvar) - logvar - 1 => 少了 1/2。
    hint: 取期望。
    hint: 逐项。
    ```

    # 深入

    ## 更多
    ```ask id=bigger
    prompt: 哪个更大?
    choice: 左
    choice*: 右
    ```

    ```ask id=value
    prompt: 多大?
    ```

    ```lab id=no-reparam
    prompt: 修好它。
    ```
    """#
