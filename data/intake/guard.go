package intake

import (
	"regexp"
	"strings"
	"time"
	"unicode"
)

// private tells what a value holds that belongs to a person, empty for
// nothing: an identity card number (GB 11643, with its check digit), a mobile
// phone number, a number plate (GA 36), an e-mail address. It sees through
// full-width letters and through spaces and hyphens between digits.
func private(text string) string {
	if len(text) < shortestPrivate {
		return ""
	}
	plain := strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) { // zero-width characters
			return -1
		}
		return unicode.ToUpper(narrow(r))
	}, text)
	joined := joinDigits(plain)
	for _, version := range []string{plain, joined} {
		for _, run := range digitRuns(version) {
			switch {
			case isIdentityNumber(run):
				return "an identity card number"
			case isMobile(run):
				return "a mobile phone number"
			}
		}
	}
	switch {
	case hasPlate(plain):
		return "a number plate"
	case strings.ContainsRune(plain, '@') && email.MatchString(plain):
		return "an e-mail address"
	}
	return ""
}

// shortestPrivate is the length in bytes of the shortest thing private finds,
// the address a@b.c.
const shortestPrivate = 5

// joinDigits removes what people put between groups of digits.
func joinDigits(s string) string {
	runes := []rune(s)
	var b strings.Builder
	for i := 0; i < len(runes); i++ {
		r := runes[i]
		if (r == ' ' || r == '-') && i > 0 && i+1 < len(runes) && isDigit(runes[i-1]) && isDigit(runes[i+1]) {
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

// digitRuns are the longest sequences of digits, with an X that follows one.
func digitRuns(s string) []string {
	var runs []string
	start := -1
	for i, r := range s + " " {
		switch {
		case isDigit(r):
			if start < 0 {
				start = i
			}
		case start >= 0:
			end := i
			if r == 'X' {
				end++
			}
			runs = append(runs, s[start:end])
			start = -1
		}
	}
	return runs
}

// identityWeights and identityChecks are those of GB 11643-1999.
var identityWeights = [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}

const identityChecks = "10X98765432"

// isIdentityNumber tests province, date of birth and check digit.
func isIdentityNumber(run string) bool {
	if len(run) != 18 || run[0] < '1' || run[0] > '9' {
		return false
	}
	if born, err := time.Parse("20060102", run[6:14]); err != nil || born.Year() < 1850 || born.Year() > 2150 {
		return false
	}
	sum := 0
	for i, w := range identityWeights {
		if run[i] == 'X' {
			return false
		}
		sum += w * int(run[i]-'0')
	}
	return run[17] == identityChecks[sum%11]
}

// isMobile tests for a number of the mainland's mobile networks, with or
// without the country code.
func isMobile(run string) bool {
	switch {
	case len(run) == 13:
		run = strings.TrimPrefix(run, "86")
	case len(run) == 15:
		run = strings.TrimPrefix(run, "0086")
	}
	return len(run) == 11 && run[0] == '1' && run[1] >= '3' && run[10] != 'X'
}

var (
	// plate: a province, a letter, then five or six letters and digits.
	plate = regexp.MustCompile(`[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使][A-Z][·•. -]?[A-HJ-NP-Z0-9]{4,6}[A-HJ-NP-Z0-9挂学警港澳]?`)
	email = regexp.MustCompile(`[A-Z0-9._%+-]+@[A-Z0-9-]+(\.[A-Z0-9-]+)+`)
)

// hasPlate finds a number plate: behind the province and the letter five or six
// places with at least two digits, and no further letter or digit.
func hasPlate(s string) bool {
	for _, at := range plate.FindAllStringIndex(s, -1) {
		found := []rune(s[at[0]:at[1]])
		body := strings.TrimLeft(string(found[2:]), "·•. -")
		digits := 0
		for _, r := range body {
			if isDigit(r) {
				digits++
			}
		}
		next := []rune(s[at[1]:])
		ends := len(next) == 0 || !isDigit(next[0]) && !(next[0] >= 'A' && next[0] <= 'Z')
		if n := len([]rune(body)); ends && n >= 5 && n <= 6 && digits >= 2 {
			return true
		}
	}
	return false
}
