package format

import (
	"strings"
	"testing"
)

// The expected values follow RFC 4180 and the promises of Head and Record.
func TestCSV(t *testing.T) {
	tests := map[string]struct {
		content string
		want    []string
	}{
		"plain": {"id,name\n1,a\n2,b\n", []string{"id|name", "1: 1|a", "2: 2|b"}},
		"no newline at the end, a quoted separator, a doubled quote": {
			"id,name\r\n1,\"a, b\"\r\n2,\"say \"\"no\"\"\"", []string{"id|name", "1: 1|a, b", `2: 2|say "no"`}},
		"a byte order mark is no part of the first name": {"\xEF\xBB\xBFid,名称\n1,东大街\n", []string{"id|名称", "1: 1|东大街"}},
		"semicolons": {"id;lon;lat\n1;102,6;37,9\n", []string{"id|lon|lat", "1: 1|102,6|37,9"}},
		"tabulators": {"id\tname\n1\ta b\n", []string{"id|name", "1: 1|a b"}},
		"separators inside quotes are not counted": {"\"a;b;c;d\",e\n1,2\n", []string{"a;b;c;d|e", "1: 1|2"}},
		"an index column without a name":           {",id\n469482,7\n", []string{"#1|id", "1: 469482|7"}},
		"columns that share a name":                {"a,a,b,a\n1,2,3,4\n", []string{"a|a#2|b|a#3", "1: 1|2|3|4"}},
		"a name that looks like a numbered double": {"a#2,a,a\n1,2,3\n", []string{"a#2|a|a#3", "1: 1|2|3"}},
		"control characters do not reach a name":   {"a\x1b[31m,b\n1,2\n", []string{"a [31m|b", "1: 1|2"}},
		"rows that hold nothing are skipped but keep their number": {
			"a,b\n1,2\n,\n\n3,4\n", []string{"a|b", "1: 1|2", "3: 3|4", "note: empty rows, skipped: 1"}},
		"surplus separators at the end": {"a,b\n1,2,,\n", []string{"a|b", "1: 1|2",
			"note: rows that end in surplus separators, which were ignored: 1"}},
		"a ragged row costs only itself": {"a,b\n1\n1,2,3\n1,2\n", []string{"a|b",
			"1: ", "  row 1: has 1 values (line 2), the first line names 2 columns; put values that contain the separator in double quotes, and leave missing ones empty",
			"2: ", "  row 2: has 3 values (line 3), the first line names 2 columns; put values that contain the separator in double quotes, and leave missing ones empty",
			"3: 1|2"}},
		"a stray quote costs only its row": {"a,b\n5\" pipe,x\n1,2\n", []string{"a|b",
			"1: ", "  row 1: has a stray double quote (line 2, position 2); put the whole value in double quotes and write each quote inside it twice",
			"2: 1|2"}},
		"a quote that swallows rows ends the import": {"a,b\n1,\"x\n2,y\n3,\"z\"\n", []string{"a|b",
			"error: row 1: a double quote that opens in line 2 is not closed as it should be (line 4, position 3): invalid"}},
		"an unclosed quote at the end ends the import": {"a,b\n1,\"x\n2,y\n", []string{"a|b",
			"error: row 1: a double quote that opens in line 2 is not closed as it should be (line 3, position 5): invalid"}},
		"an empty file":              {"", []string{"error: the file is empty; its first line names the columns: invalid"}},
		"a first line of separators": {",,\n1,2,3\n", []string{"error: the first line names no column; write the names of the columns there: invalid"}},
		"GBK is named as such": {"id,name\n1,\xCE\xE4\xCD\xFE\n", []string{"id|name",
			"error: row 1: line 2 is not UTF-8, perhaps GBK as Chinese spreadsheets write it; save the file as UTF-8 (in Excel: CSV UTF-8): invalid"}},
		"UTF-16 is named as such": {"\xFF\xFEi\x00d\x00\n\x00", []string{"error: the file is UTF-16; save it as UTF-8 (in Excel: CSV UTF-8): invalid"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { compare(t, read(t, "x.csv", test.content), test.want...) })
	}
}

// What is too large is refused before it fills the memory.
func TestCSVLimits(t *testing.T) {
	long := strings.Repeat("x", maxFieldBytes+1)
	compare(t, read(t, "x.csv", "a,b\n1,"+long+"\n2,y\n")[2:],
		"  row 1, column b: 262145 bytes long; shorten it below 262144 bytes, or remove the column", "2: 2|y")

	endless := "a,b\n1,\"" + strings.Repeat("x\n", maxRowBytes)
	compare(t, read(t, "x.csv", endless), "a|b",
		"error: row 1 is longer than 8388608 bytes; a double quote is probably not closed: invalid")

	compare(t, read(t, "x.csv", strings.Repeat("a,", maxColumns)+"b\n"),
		"error: the file has 2001 columns, at most 2000 are read: invalid")
}
