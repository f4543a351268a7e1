package bounds

import "math"

// prove turns the end of a search into a fraction that nothing goes beyond, and
// tells whether it is reached: whether the counts found were proven to have all the
// known sums and that value.
func (v *search) prove(target []int32) (limit Fraction, reached bool) {
	limit, exact := v.limit(target)
	if !exact {
		return v.rounded(target), false
	}
	value, ok := v.reached()
	return limit, ok && value == limit
}

// rounded is the limit by prices that are rounded up: as no sum has anything
// negative, they leave no more room than the true ones, and where rounding left some
// after all, a price rises further.
func (v *search) rounded(target []int32) Fraction {
	prices := make([]int64, len(v.dual))
	for row, d := range v.dual {
		if math.Abs(d) > leastStep {
			prices[row] = int64(math.Ceil(d * fine))
		}
	}
	for _, u := range target {
		v.raise(prices, u)
	}
	for row, n := range prices {
		if n != 0 {
			for _, u := range v.rows[row] {
				v.raise(prices, u)
			}
		}
	}
	value := int64(0)
	for row, n := range prices {
		value += n * v.values[row]
	}
	return reduce(value, fine)
}

// raise lets an unknown cost at least what it gains.
func (v *search) raise(prices []int64, u int32) {
	if v.nothing[u] {
		return
	}
	room := int64(v.cost[u]) * fine
	for _, r := range v.columns[u] {
		room -= prices[r]
	}
	if room > 0 {
		prices[v.columns[u][0]] += room
	}
}

// fine is the denominator of rounded prices.
const fine = 1 << 32

// corrections is how often numbers are made more exact: each time what the rounded
// ones leave of the sums, known exactly, is solved for and added.
const corrections = 3

// reached is the value of the counts found, false where they do not have the sums.
func (v *search) reached() (Fraction, bool) {
	den, ok := denominator(v.held)
	if !ok || v.tooLarge(den) {
		return Fraction{}, false
	}
	counts := make([]int64, len(v.held))
	for row, h := range v.held {
		counts[row] = int64(math.Round(h * float64(den)))
	}
	left := make([]int64, len(v.values))
	for range corrections {
		for row, value := range v.values {
			left[row] = value * den
		}
		for row, column := range v.basic {
			for _, r := range v.columns[column] {
				left[r] -= counts[row]
			}
		}
		v.alpha.clear()
		for row, l := range left {
			if l != 0 {
				v.alpha.set(int32(row), float64(l))
			}
		}
		if len(v.alpha.touched) == 0 {
			return v.worth(counts, den)
		}
		v.forward(&v.alpha)
		for _, row := range v.alpha.touched {
			counts[row] += int64(math.Round(v.alpha.at[row]))
		}
	}
	return Fraction{}, false
}

// worth is the value of counts, false where one is negative or missing.
func (v *search) worth(counts []int64, den int64) (Fraction, bool) {
	value := int64(0)
	for row, column := range v.basic {
		if counts[row] < 0 || counts[row] != 0 && v.isMissing(column) {
			return Fraction{}, false
		}
		value += counts[row] * int64(v.cost[column])
	}
	return reduce(value, den), true
}

// limit is the value of the prices found, false where some unknown costs less than
// it gains. What a sum of nothing holds costs as much as one likes.
func (v *search) limit(target []int32) (Fraction, bool) {
	den, ok := denominator(v.dual)
	if !ok || v.tooLarge(den) {
		return Fraction{}, false
	}
	prices := make([]int64, len(v.dual))
	for row, d := range v.dual {
		prices[row] = int64(math.Round(d * float64(den)))
	}
	left := make([]float64, len(prices))
	for range corrections {
		exact := true
		for row, column := range v.basic {
			l := den * int64(v.cost[column])
			for _, r := range v.columns[column] {
				l -= prices[r]
			}
			left[row] = float64(l)
			exact = exact && l == 0
		}
		if exact {
			break
		}
		v.backward(left)
		for row, l := range left {
			prices[row] += int64(math.Round(l))
		}
	}
	clear(v.costs)
	value := int64(0)
	for row, n := range prices {
		value += n * v.values[row]
		for _, u := range v.rows[row] {
			if n != 0 {
				v.costs[u] += n
			}
		}
	}
	for u, n := range v.costs {
		if n < den*int64(v.cost[u]) && !v.nothing[u] {
			return Fraction{}, false
		}
	}
	return reduce(value, den), true
}

// tooLarge tells whether numbers over a denominator could outgrow 62 bits.
func (v *search) tooLarge(den int64) bool { return float64(den)*v.total > 1<<61 }

// denominator is a common denominator of numbers that are fractions but for
// rounding; false where none small enough is.
func denominator(numbers []float64) (int64, bool) {
	den := int64(1)
	for _, x := range numbers {
		tolerance := nearly * max(1, math.Abs(x))
		if y := x * float64(den); math.Abs(y-math.Round(y)) < tolerance*float64(den) {
			continue
		}
		part := denominatorOf(x, tolerance)
		den *= part / gcd(den, part)
		if part == 0 || den > greatestDen {
			return 0, false
		}
	}
	return den, true
}

// denominatorOf is the smallest denominator of a fraction near a number, by
// continued fractions; 0 where it is too large.
func denominatorOf(x, tolerance float64) int64 {
	before, den := int64(0), int64(1)
	for left := x - math.Floor(x); ; {
		if y := x * float64(den); math.Abs(y-math.Round(y)) < tolerance*float64(den) {
			return den
		}
		if left < tolerance {
			return 0
		}
		left = 1 / left
		whole := math.Floor(left)
		left -= whole
		if whole > greatestPart {
			return 0
		}
		before, den = den, int64(whole)*den+before
		if den > greatestPart {
			return 0
		}
	}
}

const (
	nearly       = 1e-11
	greatestPart = 1 << 17
	greatestDen  = 1 << 40
)

func reduce(num, den int64) Fraction {
	if num == 0 {
		return Fraction{0, 1}
	}
	d := gcd(max(num, -num), den)
	return Fraction{num / d, den / d}
}

func gcd(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
