"""Number, module and statement of every result that can be checked, in the order of the book."""

from __future__ import annotations

import re

# id | module of `lqrpapers.claims` that evaluates it | the paper's number | what it says
TABLE = """
s2-eq-1 | regulator | Equation (1) | The cost of a gain is tr(P_K Sigma0): the average over noise
    and initial states of the summed stage costs.
s1-def-1 | regulator | Definition 1 | A task's optimal gain minimises its cost.
s2-lemma-3.1 | derivatives | Lemma 3.1 | The gradient of the cost is 2 E_K Sigma_K.
s2-lemma-b.1 | derivatives | Lemma B.1 | The gradient of the cost is 2 E_K Sigma_K.
s1-grad | derivatives | Section 2.1 | Without noise the gradient of the cost is 2 E_K Sigma_K.
s1-hess | derivatives | Section 2.1 | The Hessian of the cost in closed form.
e4 | derivatives | E4 | The printed Hessian formula is the derivative of the gradient.
s2-lemma-3.2 | domination | Lemma 3.2 | The optimality gap is at most ||Sigma_K*|| ||grad C||_F^2 /
    (4 sigma_min(R) mu^2).
s1-lemma-7 | domination | Lemma 7 | The optimality gap is at most ||grad J||_F^2 / lambda, lambda =
    4 mu^2 sigma_min(R) / ||Sigma_K*||.
s2-cor-3.3 | domination | Corollary 3.3 | A stationary gain is the optimal gain, unless Sigma_K is
    singular.
s2-lemma-b.2 | domination | Lemma B.2 | The cost difference of two gains is 2 tr Sigma' D'E_K + tr
    Sigma' D'R_K D with D = K' - K, and the advantage is at least -x'E_K'R_K^-1 E_K x.
s2-app-a | inequalities | Appendix A, (4)–(21) | Standard inequalities for matrices.
s1-lemma-5 | smoothness | Lemma 5 (TR Lemma 14) | Gradient, Hessian and gain are bounded by h_G, h_H
    and h_c.
s1-lemma-6 | smoothness | Lemma 6 (TR Lemma 15) | Within h_Delta of a gain, cost, gradient and
    Hessian are Lipschitz.
e1 | smoothness | E1 | The printed h_G bounds the gradient.
e2 | smoothness | E2 | The printed h_cost is a local Lipschitz constant of the cost.
e6 | smoothness | E6 | The printed h_H bounds the Hessian.
s2-mss | mean_square | Section 2 | A mean-square stabilizing gain stabilizes the nominal system; the
    converse fails.
s2-eq-2 | mean_square | Equation (2) | P_K solves P = Q + K'RK + F_K*(P).
s2-eq-3 | mean_square | Equation (3) | Sigma_K solves Sigma = Sigma0 + F_K(Sigma).
s2-riccati | mean_square | Section 2.1 | Value iteration, policy iteration and a semidefinite
    program reach the same solution of the generalised Riccati equation.
s2-thm-3.4 | convergence | Theorem 3.4 | A Gauss-Newton step of size up to 1/2 leaves at most 1 - 2
    step mu / ||Sigma_K*|| of the optimality gap.
s2-thm-3.5 | convergence | Theorem 3.5 | A natural gradient step up to the stated size leaves at
    most 1 - 2 step sigma_min(R) mu / ||Sigma_K*|| of the optimality gap.
s2-thm-3.6 | convergence | Theorem 3.6 | A gradient step up to c_pg leaves at most 1 - 2 step
    sigma_min(R) mu^2 / ||Sigma_K*|| of the optimality gap.
s2-rem-4.2 | robustness | Remark 4.2 | At one gain, noise raises C(K), ||P_K||, ||Sigma_K|| and
    ||B||^2 + sum beta_j ||B_j||^2, and shrinks the steps that the theorems allow.
s2-fig-1a | robustness | Figure 1a | Descent on the cost with noise minimises it; the cost without
    noise stays finite and ends slightly suboptimal.
s2-fig-1b | robustness | Figure 1b | Descent on the cost without noise minimises it; the cost with
    noise goes to infinity.
s2-fig-2 | figure_2 | Figure 2 | On 20 random systems Gauss-Newton converges fastest, then natural
    gradient, then gradient, all to within a few per cent of the optimal cost.
s2-alg-1 | model_free | Algorithm 1 | The estimate's mean is the gradient of the truncated cost,
    averaged over the ball of the exploration radius.
s2-thm-4.1 | model_free | Theorem 4.1 | Descent along estimates that are accurate enough closes the
    gap at half the rate of Theorem 3.6.
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
s1-fig-1-right | figure_1 | Figure 1, right | From the learned gain a few policy gradient iterations
    come close to an unseen task's optimum, significantly fewer than from a random gain.
e9 | figure_1 | E9 | The advantage in Figure 1 (right) is that of meta-learning, on equal terms.
s1-rem-3 | maml | Remark 3 | After an inner step from S_ML the gain stabilizes all tasks and lies in
    S_ML.
s1-alg-1 | maml | Algorithm 1 | The step is along the gradient of the MAML objective.
s1-thm-10 | maml_theorems | Theorem 10 | For short steps and near tasks all iterates and adapted
    gains stay in S_ML.
s1-thm-12 | maml_theorems | Theorem 12 | The gap of every task decays to a bias of 144 m^3
    f^2/lambda; (7) bounds that of K*_ML.
e10 | maml | E10 | Algorithm 1 with the true Hessian operator works at the paper's step sizes.
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
"""

_ROWS = [line.split(" | ", 3) for line in re.sub(r"\n +", " ", TABLE.strip()).splitlines()]
MODULES = {id_: module for id_, module, *_ in _ROWS}
STATEMENTS = {id_: (number, statement) for id_, _, number, statement in _ROWS}
