package postgis

import "strings"

// statement is one statement of a script and where it starts in it, in bytes.
type statement struct {
	text string
	at   int
}

// split cuts a script of SQL at its semicolons, leaving those inside strings,
// quoted names, dollar quotes and comments alone. Statements that are only space
// and comments are left out.
func split(script string) []statement {
	var all []statement
	start, i := 0, 0
	hasText := false
	end := func(stop int) {
		if hasText {
			text := script[start:stop]
			lead := len(text) - len(strings.TrimLeft(text, " \t\r\n"))
			all = append(all, statement{text[lead:], start + lead})
		}
		hasText = false
	}
	for i < len(script) {
		switch c := script[i]; {
		case c == ';':
			end(i)
			i++
			start = i
		case strings.HasPrefix(script[i:], "--"):
			i = after(script, i+2, "\n")
			if !hasText {
				start = i
			}
		case strings.HasPrefix(script[i:], "/*"):
			i = after(script, i+2, "*/")
			if !hasText {
				start = i
			}
		case c == '\'' || c == '"':
			hasText = true
			i = after(script, i+1, string(c))
		case c == '$':
			hasText = true
			i = afterDollarQuote(script, i)
		default:
			hasText = hasText || !strings.ContainsRune(" \t\r\n", rune(c))
			i++
		}
	}
	end(len(script))
	return all
}

// after is the place just behind the next mark, or the end of the script.
func after(script string, from int, mark string) int {
	if n := strings.Index(script[from:], mark); n >= 0 {
		return from + n + len(mark)
	}
	return len(script)
}

// afterDollarQuote is the place behind $tag$…$tag$, or behind a single dollar
// that opens no quote.
func afterDollarQuote(script string, from int) int {
	n := strings.IndexByte(script[from+1:], '$')
	if n < 0 {
		return from + 1
	}
	tag := script[from : from+n+2]
	for i, r := range tag[1 : len(tag)-1] {
		letter := r == '_' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= 0x80
		if !letter && (i == 0 || r < '0' || r > '9') {
			return from + 1
		}
	}
	return after(script, from+len(tag), tag)
}

// lineColumn is the line and column, both from 1 and the column in characters,
// of a place in a text, and the line itself.
func lineColumn(text string, at int) (line, column int, content string) {
	at = min(max(at, 0), len(text))
	before := text[:at]
	line = 1 + strings.Count(before, "\n")
	start := strings.LastIndexByte(before, '\n') + 1
	content, _, _ = strings.Cut(text[start:], "\n")
	return line, 1 + len([]rune(text[start:at])), strings.TrimSpace(content)
}
