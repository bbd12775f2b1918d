# The SIR model of an epidemic, held against the cases of an outbreak.
#
#   awk -v beta=1.66 -v gamma=0.45 -v population=763 -f sir.awk influenza.txt
#
# dS/dt = -beta S I / N,  dI/dt = beta S I / N - gamma I, by the classical Runge-Kutta method with steps of 0.01 days;
# t = 0 is the first row of the table, whose cases are the first infected. Prints the RMSE (cases) as JSON.

function infections(s, i) { return beta * s * i / population }

function step(h,    a, b, c, d, ia, ib, ic, id) {
  a = infections(S, I);                              ia = a - gamma * I
  b = infections(S - a * h / 2, I + ia * h / 2);     ib = b - gamma * (I + ia * h / 2)
  c = infections(S - b * h / 2, I + ib * h / 2);     ic = c - gamma * (I + ib * h / 2)
  d = infections(S - c * h, I + ic * h);             id = d - gamma * (I + ic * h)
  S -= h * (a + 2 * b + 2 * c + d) / 6
  I += h * (ia + 2 * ib + 2 * ic + id) / 6
}

/^#/ { next }
n == 0 { I = $2; S = population - I; day = $1 }
n > 0 { for (k = 0; k < 100 * ($1 - day); k++) step(0.01); day = $1 }
{ n++; squares += (I - $2) ^ 2; print "day " $1 ": " I " (" $2 ")" }

END { printf "{\"rmse\": %.9g}\n", sqrt(squares / n) }
