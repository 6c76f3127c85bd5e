"""Statements about families of tasks, and of part IV of the book."""

TABLE = """
s1-def-2 | tasks | Definition 2 | A gain in the MAML sub-level set stabilizes every task, and the
    set is bounded.
s1-asm-1 | tasks | Assumption 1 | The initial gain stabilizes every task of the family.
s1-het | tasks | Section 2.2 | The levels bound all pairwise spectral distances, in the settings
    system, cost and both.
s1-eq-3 | tasks | Equation (3) | J_ML(K) is the average cost after one gradient step on each task.
s1-eq-4 | tasks | Equation (4) | The gradient of J_ML is the average of (I - eta_l Hess J_i(K)) grad
    J_i(adapted gain).
s1-lemma-8 | tasks | Lemma 8 | The gradients of two tasks at one gain differ by at most sum_k
    epsilon_k h^k_het.
e3 | tasks | E3 | The printed h^k_het bound the difference of two tasks' gradients.
ours-prop-common | landscapes | When a common gain exists | Without noise, tasks with one state and
    input have a common stabilizing gain exactly when every two have, with two states when every
    three have; near tasks always share one.
ours-thm-heterogeneity | tasks | Gradient heterogeneity, sharp and with noise | Sigma_K, P_K, E_K
    and gradient of two tasks at one gain differ by no more than explicit bounds, with noise too,
    however far apart the tasks are.
ours-prop-convex | landscapes | One state, no inner step: nothing bad happens | With one state each
    cost is strictly convex, so the average cost has one stationary point at most.
ours-prop-one-task | landscapes | One task, one state, every short inner step | For one task with
    one state J_ML has a stationary gain above the minimum and a second minimiser on each side of
    k*.
ours-prop-mirror | landscapes | MAML can turn the minimum into a maximum | For two mirrored tasks k
    = 0 minimises the average cost and is a strict local maximum of J_ML.
ours-prop-pieces | landscapes | Two pieces | For two tasks with two states the common stabilizing
    gains are not connected, and the average cost has a local minimum above 21 and another below
    16.5.
s1-fig-1-right | figure_1 | Figure 1, right | From the learned gain a few policy gradient iterations
    come close to an unseen task's optimum, significantly fewer than from a random gain.
e9 | figure_1 | E9 | The advantage in Figure 1 (right) is that of meta-learning, on equal terms.
ours-lemma-clock | adaptation | The clock | A descent whose steps lower the cost enough leaves at
    most exp(-lambda tau / 2) of the gap, tau the sum of the step sizes.
ours-lemma-head-start | adaptation | A head start | On a quadratic cost two starts differ by a
    bounded number of iterations, however small the gap aimed at.
ours-covariance | averaging | MAML and averaging | To leading order in the inner step MAML differs
    from averaging by the covariance of curvature and gradient over the tasks; first-order MAML goes
    half the way and has three quarters of the gain.
s1-rem-3 | maml | Remark 3 | After an inner step from S_ML the gain lies in the task's own S_i; as
    printed, it stabilizes all tasks and lies in S_ML.
s1-rem-4 | common_start | Remark 4 | Where K_0 fails a task the update is undefined; discounts
    raised step by step lead to a stabilizing gain.
s1-alg-1 | maml | Algorithm 1 | The step is along the gradient of the MAML objective.
s1-thm-10 | maml_theorems | Theorem 10 | For short steps and near tasks all iterates and adapted
    gains stay in S_ML.
s1-thm-12 | maml_theorems | Theorem 12 | The gap of every task decays to a bias of 144 m^3
    f^2/lambda; (7) bounds that of K*_ML.
e10 | maml | E10 | Algorithm 1 with the true Hessian operator works at the paper's step sizes.
ours-far-minimiser | maml | How far away a second minimiser can be | For the task x+ = u the global
    minimisers of J_ML besides 0 are at +-sqrt(1 - 2 sqrt(eta_l)), where the cost itself is
    1/sqrt(eta_l) - 1.
ours-inner-step | maml | Where the inner step stays | An inner step up to 1/L stays in its own
    task's set, and in another's if their gradients are near; without that it can leave S_ML for
    every step.
ours-seven | meta_descent | Which form of (7) | Where the gradients at K*_ML are as small as the
    report's proof shows, (7) holds even with 24 for 96.
ours-meta-descent | meta_descent | Model-based MAML | For eta up to 1/L and near tasks all iterates
    stay in S_ML, and each gap decays to a bias of at most b_i^2 / lambda_i, which bounds that of
    K*_ML too.
ours-unseen | unseen | A task that was not trained on | For a task near enough to those trained on
    all iterates stay in its sub-level set, and its gap decays at the same rate to b_u^2 / lambda_u.
ours-anneal | common_start | How far a discount may be raised | If the discount grows by the factor
    1 + mu q / (2 J), the gain still stabilizes, and its cost at most doubles.
s1-alg-2 | zeroth_order | Algorithm 2 | The two estimates of ZO2P tend to the gradient and to the
    Hessian as the radius goes to zero.
s1-rem-9 | horizons | Remark 9 | A finite-horizon cost is at most the true cost, and the horizon
    controls the difference.
s1-tr-16 | bernstein | TR Lemma 16 | Matrix Bernstein inequality: that many samples bring the mean
    within epsilon.
s1-tr-17 | estimate_sizes | TR Lemma 17 | With the stated radius and samples the gradient estimate
    errs by at most epsilon.
s1-tr-18 | estimate_sizes | TR Lemma 18 | With the stated radius and samples the Hessian estimate
    errs by at most epsilon.
e5 | zeroth_order | E5 | The printed Hessian estimate tends to the Hessian.
ours-lemma-leading | estimate_errors | Leading bias and variance | Bias and variance of the three
    gradient estimates up to the fourth power of the radius.
ours-lemma-truncated-gradient | horizons | Truncated gradient | The gradient of the cost of l steps
    differs from that of the cost by at most an explicit bound that decays with l.
ours-thm-gradient-samples | estimate_sizes | Gradient from pairs, explicit sizes | With probability
    1 - delta a mean of S pairs errs by at most a bias in r^2 and two terms that fall with S.
ours-thm-stein | estimate_errors | Second-order Stein identity | The second difference times a
    centred square of the direction has the Hessian as its mean, up to a bias of order r with a
    stated constant, and then of r^2.
ours-lemma-stein-variance | estimate_errors | Variance of Hessian estimates | The leading variance
    of five Hessian estimates as the radius goes to zero.
s1-alg-3 | maml | Algorithm 3 | The direction of Algorithm 3 has the gradient of the MAML
    objective as its mean.
s1-thm-11 | maml_theorems | Theorem 11 | For short steps, near tasks and enough samples all
    iterates and adapted gains stay in S_ML.
s1-thm-13 | maml_theorems | Theorem 13 | With enough samples the gap of every task decays to a
    bias of 240 m^3 f^2/lambda; (7) bounds that of K*_ML.
s1-fig-1-left | figure_1 | Figure 1, left | The learned gain closely converges to the nominal task's
    optimal gain.
s1-fig-1-middle | figure_1 | Figure 1, middle | The learned gain drastically deviates from the
    nominal optimum where heterogeneity is significant, and the more the larger it is.
e7 | figure_1 | E7 | The report's setting is that of the published notebooks.
e8 | figure_1 | E8 | The curves of Figure 1 (middle) differ by their heterogeneity.
ours-lemma-wrong-step | wrong_steps | One step along a wrong gradient | A step up to 1/L along a
    direction that errs by no more than allowed stays in the sub-level set and moves the gap towards
    the bias b^2 / lambda.
ours-thm-model-free-maml | wrong_steps | Model-free MAML with any bounded Hessian estimate | With
    gradient errors up to epsilon and any bounded Hessian estimate all iterates stay in S_ML, and
    each gap decays to a bias of b_i^2 / lambda_i.
ours-attained | tightness | Attained by one state | At K = 0 one state attains the bounds on the
    changes of Sigma_K, P_K, cost and E_K at h_Delta, the safe distance and the cost cut off, with
    noise too; with A = 0 also those on the Hessian and on the changes of gradient and Hessian.
ours-states | tightness | What more states take off | With n states five of these bounds hold with
    the factor 1 - (n - 1)/nu, and a larger distance is safe.
ours-promises | tightness | How much of a promise can be used | The natural gradient uses at most 1
    / (2 - 2 step sigma_min(R)) of its promise, c_pg at most 20/27, and every guaranteed step is at
    most half its ceiling.
ours-worst | tightness | What a search finds | No search exceeds a bound that is proved; searches
    exceed each printed bound that fails, and come to those that one state attains.
ours-suspension-certified | certified | Certified radii of the suspension | At the optimal gain with
    noise the radius of F_K is below 1, at that without it is above 1: proved in exact fractions.
ours-thm-corrected | corrected_theorems | S1's Theorems 10 to 13 with constants that hold | With
    repaired constants, steps up to 1/h_grad and near tasks all iterates stay in S_ML, and each gap
    decays to a bias, model-based and with wrong gradients and any bounded Hessian estimate.
s2-journal-estimation | journal_estimation | Section V-C (journal) | With radius 0.2 and 40 steps
    estimates come within 10 % of the gradient, from 10^8 roll-outs with noise and 5 10^5 without.
e11 | published_code | E11 | The published solver of S2 keeps every input-noise term and sweeps
    until its costs settle.
e12 | rollout_numbers | E12 | Polynomially many roll-outs bring costs and gradients within a
    quarter.
"""
