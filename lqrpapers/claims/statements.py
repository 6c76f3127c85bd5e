"""Number, module and statement of every result that can be checked, in the order of the book."""

from __future__ import annotations

import re

# id | module of `lqrpapers.claims` that evaluates it | the paper's number, or the title of a
# statement of this book | what it says
TABLE = """
s2-eq-1 | regulator | Equation (1) | The cost of a gain is tr(P_K Sigma0): the average over noise
    and initial states of the summed stage costs.
s1-def-1 | regulator | Definition 1 | A task's optimal gain minimises its cost.
ours-lemma-plane | regulator | The plane is invariant | For the fish stock gradient, natural
    gradient and Gauss-Newton direction keep a zero diagonal, and a gain with one stabilizes exactly
    where a product of two factors is below 1.
ours-def-stabilizing | regulator | Mean-square stabilizing gain | A gain is stabilizing when the
    spectral radius of its second-moment operator F_K is below 1.
ours-lemma-moments | regulator | Second moments | Second moments of the state are powers of F_K
    applied to Sigma0; they tend to zero exactly when K stabilizes, and then F_K's Lyapunov
    equations have one solution.
ours-thm-domain | regulator | The cost and its domain | The cost is finite exactly at stabilizing
    gains, where it bounds the margin 1 - rho(F_K) and the size of the gain; it tends to infinity at
    the boundary.
ours-thm-optimal | regulator | The optimal gain | One stabilizing gain has E_K = 0; it is best from
    every initial state, and the gap is tr Sigma_K D'R_K* D with D = K - K*.
ours-thm-connected | regulator | The stabilizing set is connected | The segment from a stabilizing
    gain to the one that policy iteration makes of it stabilizes, and the iterates tend to K*.
s2-lemma-3.1 | derivatives | Lemma 3.1 | The gradient of the cost is 2 E_K Sigma_K.
s2-lemma-b.1 | derivatives | Lemma B.1 | The gradient of the cost is 2 E_K Sigma_K.
s1-grad | derivatives | Section 2.1 | Without noise the gradient of the cost is 2 E_K Sigma_K.
s1-hess | derivatives | Section 2.1 | The Hessian of the cost in closed form.
e4 | derivatives | E4 | The printed Hessian formula is the derivative of the gradient.
ours-hessian | derivatives | Hessian of the LQR cost | The Hessian of the cost in closed form, with
    noise: self-adjoint, and its quadratic form.
ours-hessian-optimum | derivatives | At the optimum | The Hessian at K* takes X to 2 R_K* X
    Sigma_K*; its eigenvalues are twice the products of those of R_K* and Sigma_K*.
ours-step-size | derivatives | Step sizes near the optimum | Near K* gradient descent contracts
    exactly for steps below 2/lambda_max of the Hessian, and fastest at 2/(lambda_min + lambda_max).
s2-lemma-3.2 | domination | Lemma 3.2 | The optimality gap is at most ||Sigma_K*|| ||grad C||_F^2 /
    (4 sigma_min(R) mu^2).
s1-lemma-7 | domination | Lemma 7 | The optimality gap is at most ||grad J||_F^2 / lambda, lambda =
    4 mu^2 sigma_min(R) / ||Sigma_K*||.
s2-cor-3.3 | domination | Corollary 3.3 | A stationary gain is the optimal gain, unless Sigma_K is
    singular.
s2-lemma-b.2 | domination | Lemma B.2 | The cost difference of two gains is 2 tr Sigma' D'E_K + tr
    Sigma' D'R_K D with D = K' - K, and the advantage is at least -x'E_K'R_K^-1 E_K x.
s2-q-function | policies | Equations (44)–(46) | The state-action value is quadratic in x and u.
s2-app-a | inequalities | Appendix A, (4)–(21) | Standard inequalities for matrices.
s1-lemma-5 | smoothness | Lemma 5 (TR Lemma 14) | Gradient, Hessian and gain are bounded by h_G, h_H
    and h_c.
s1-lemma-6 | smoothness | Lemma 6 (TR Lemma 15) | Within h_Delta of a gain, cost, gradient and
    Hessian are Lipschitz.
e1 | smoothness | E1 | The printed h_G bounds the gradient.
e2 | smoothness | E2 | The printed h_cost is a local Lipschitz constant of the cost.
e6 | smoothness | E6 | The printed h_H bounds the Hessian.
ours-def-advantage | domination | Advantage | The advantage of an input is the cost of applying it
    once, and the gain from then on, beyond that of the gain alone.
ours-memoryless | domination | Where equality is approached | For one state with A = 0 the sharper
    upper and the lower bound of Lemma 3.2 are equalities, and the printed bound is used to a share
    in closed form.
ours-stationary-cost | domination | What a vanishing gradient always means | A stabilizing gain with
    gradient zero has the optimal cost, whatever the rank of Sigma0.
ours-smoothness | smoothness | Local bounds, noise included | Within h_Delta of a gain every gain
    stabilizes, and Sigma_K, P_K, cost, E_K, gradient and Hessian change by no more than explicit
    bounds.
ours-printed-radius | smoothness | The printed radius | Without noise S1's radius h_Delta is valid
    and at most ours.
ours-descent | domination | Linear convergence of gradient descent | With a step up to 1/L, L a
    bound on the Hessian over the sub-level set, all iterates stay in it and a step leaves at most 1
    - step lambda / 2 of the gap.
s2-mss | mean_square | Section 2 | A mean-square stabilizing gain stabilizes the nominal system; the
    converse fails.
s2-eq-2 | mean_square | Equation (2) | P_K solves P = Q + K'RK + F_K*(P).
s2-eq-3 | mean_square | Equation (3) | Sigma_K solves Sigma = Sigma0 + F_K(Sigma).
s2-riccati | mean_square | Section 2.1 | Value iteration, policy iteration and a semidefinite
    program reach the same solution of the generalised Riccati equation.
ours-lemma-visible | stability_levels | What N trajectories can see | In the coin system the chance
    that an average over N trajectories reaches a share of its mean is at most a sum of two binomial
    tails.
ours-thm-level | stability_levels | The level a gain survives | A gain stabilizes at noise level s
    exactly when s rho(T_0 N) < 1; with one noise term on one input the level is in closed form.
ours-thm-critical | stability_levels | The critical level | With one input whose only noise is its
    own, a stabilizing gain exists exactly below a variance that the unstable eigenvalues of A give.
ours-certificate | stability_levels | Certificate | A gain stabilizes exactly when the solution of X
    = W + F_K(X), W definite, is definite.
s2-fn-1 | mean_square | Footnote 1 | Eigenvectors of the entries' covariance give their noise.
s2-robust | journal | Robust stability | Mean-square stability survives constant shifts of a size.
s2-thm-3.4 | convergence | Theorem 3.4 | A Gauss-Newton step of size up to 1/2 leaves at most 1 - 2
    step mu / ||Sigma_K*|| of the optimality gap.
s2-thm-3.5 | convergence | Theorem 3.5 | A natural gradient step up to the stated size leaves at
    most 1 - 2 step sigma_min(R) mu / ||Sigma_K*|| of the optimality gap.
s2-thm-3.6 | convergence | Theorem 3.6 | A gradient step up to c_pg leaves at most 1 - 2 step
    sigma_min(R) mu^2 / ||Sigma_K*|| of the optimality gap.
s2-c-pg | journal | One-step lemma | A step up to the journal's size takes its part of the gap.
s2-app-c | journal | Appendix lemmas | C(K) bounds P_K, Sigma_K; tr Sigma_K >= mu / (1 - rho(F_K)).
s2-recovery | journal | Footnote 2 | Without noise S2 takes half of Fazel's steps and Fazel's rates.
s2-rem-4.2 | robustness | Remark 4.2 | At one gain, noise raises C(K), ||P_K||, ||Sigma_K|| and
    ||B||^2 + sum beta_j ||B_j||^2, and shrinks the steps that the theorems allow.
s2-fig-1a | robustness | Figure 1a | Descent on the cost with noise minimises it; the cost without
    noise stays finite and ends slightly suboptimal.
s2-fig-1b | robustness | Figure 1b | Descent on the cost without noise minimises it; the cost with
    noise goes to infinity.
ours-critical-scale | robustness | Critical noise scale | A gain stabilizes at noise scale s exactly
    when s is below its critical scale, and the published sweeps converge exactly when that exceeds
    1.
ours-common-kick | robustness | Noise that kicks in one direction | If all noise acts along one
    vector w, 1/s_c(K) is a noise-free cost from w, and the most robust gain is its optimal gain.
ours-invisible-noise | robustness | Invisible noise | Noise like the weights keeps the best gain.
ours-suspension-family | robustness | The suspension | For the suspension the optimal gains at all
    noise scales are noise-free optima with input weight r from 1 to 2, and s_c does not fall along
    them.
s2-fig-2 | figure_2 | Figure 2 | On 20 random systems Gauss-Newton converges fastest, then natural
    gradient, then gradient, all to within a few per cent of the optimal cost.
ours-improvement | convergence | A step that helps in every state | If the advantage matrix M of a
    step is negative semidefinite, the new gain stabilizes, P_K does not grow, and the cost falls by
    at least mu |tr M|.
ours-steps | convergence | Steps that work, and steps that cannot | Gauss-Newton converges for steps
    below 1, the natural gradient below 1/||R_K0||, with explicit ratios; beyond stated ceilings
    steps raise the cost or the optimum repels.
ours-metric | policies | The metric of the natural gradient | It is W (x) Sigma_K / s^2.
ours-quadratic | convergence | Policy iteration converges quadratically | A Gauss-Newton step of 1/2
    leaves at most an explicit constant times the square of the gap.
s2-alg-1 | model_free | Algorithm 1 | The estimate's mean is the gradient of the truncated cost,
    averaged over the ball of the exploration radius.
s2-thm-4.1 | model_free | Theorem 4.1 | Descent along estimates that are accurate enough closes the
    gap at half the rate of Theorem 3.6.
ours-alg-pairs | model_free | The same with pairs | Algorithm 1 with two roll-outs for each
    direction, at K + U and K - U, with independent or with common noise.
ours-lemma-smoothing | rollouts | Smoothing | The estimates of Algorithm 1, with one point or with
    pairs, have the gradient of the truncated cost, averaged over the ball, as their mean.
ours-lemma-variance | rollouts | Variance | For a small radius the mean square of an estimate grows
    like 1/r^2 with one point and with pairs, and stays bounded with common noise.
ours-lemma-bias | rollouts | Smoothing bias | Averaging over the ball moves the gradient by at most
    the smaller of h_grad r and h_hess r^2 / 2.
ours-lemma-truncation | rollouts | Truncation | A roll-out of l steps misses at most (1 -
    q/||P_K||)^l of the cost, and the mean of the estimate moves by no more than stated.
ours-lemma-tails | rollouts | When the cost of a roll-out has a variance | With Gaussian noise the
    cost of a roll-out has a variance exactly when the operator on quartic forms has spectral radius
    rho_4 < 1; for one state in closed form.
ours-thm-rollouts | rollout_numbers | How many roll-outs an average needs | With a fair coin for
    noise an average within a quarter of the cost, or of the gradient, needs a number of roll-outs
    that grows exponentially with C(K) / (mu q).
ours-prop-tilted | rollout_numbers | Tilted noise | With noise tilted by the top eigenvector of
    F_K* weighted roll-outs have the right mean and a bounded spread, for one state none.
ours-thm-inexact | model_free | Descent along inexact gradients | Descent with steps up to 1/L along
    gradients wrong by at most sqrt(lambda Delta / 2) takes step lambda / 4 of the gap at each step
    until it is at most Delta.
ours-lemma-bernstein | rollouts | Vector Bernstein inequality | A mean of N bounded vectors is
    further than sigma / sqrt(N) + tau from its mean with probability at most exp(-N tau^2 / (2
    sigma^2 + 4 b tau / 3)).
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
ours-prop-one-task | landscapes | One task, one state, any inner step | For one task with one state
    J_ML has a stationary gain above the minimum and a second minimiser on each side of k*.
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
s1-rem-3 | maml | Remark 3 | After an inner step from S_ML the gain stabilizes all tasks and lies in
    S_ML.
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
ours-thm-corrected | corrected_theorems | Theorems 10 to 13 with constants that hold | With repaired
    constants, steps up to 1/h_grad and near tasks all iterates stay in S_ML, and each gap decays to
    a bias, model-based and with wrong gradients and any bounded Hessian estimate.
s2-journal-estimation | journal_estimation | Section V-C (journal) | With radius 0.2 and 40 steps
    estimates come within 10 % of the gradient, from 10^8 roll-outs with noise and 5 10^5 without.
e11 | published_code | E11 | The published solver of S2 keeps every input-noise term and sweeps
    until its costs settle.
e12 | rollout_numbers | E12 | Polynomially many roll-outs bring costs and gradients within a
    quarter.
"""

_ROWS = [line.split(" | ", 3) for line in re.sub(r"\n +", " ", TABLE.strip()).splitlines()]
MODULES = {id_: module for id_, module, *_ in _ROWS}
STATEMENTS = {id_: (number, statement) for id_, _, number, statement in _ROWS}
