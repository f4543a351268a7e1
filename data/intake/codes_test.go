package intake_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"sitmap/data/format"
	"sitmap/data/intake"
	"sitmap/layers"
)

func TestReadCodes(t *testing.T) {
	codes, err := intake.ReadCodes(t.Context(), format.Bytes("codes.csv", []byte(
		"value,zh,en,tone,aliases\ngraffiti,涂鸦清除,Graffiti Removal,,\nlight,路灯故障,Street Light Outages,act,SL|street light\nx,,Other,,\n")))
	if err != nil {
		t.Fatal(err)
	}
	if len(codes) != 3 || codes[0].Tone != layers.K1 || codes[1].Tone != layers.Act || codes[2].Title.Zh != "Other" ||
		strings.Join(codes[1].Aliases, ",") != "SL,street light" {
		t.Errorf("got %+v", codes)
	}
}

// Whatever the table, the codes that come out can be told apart, or there is a
// reason.
func FuzzReadCodes(f *testing.F) {
	for _, seed := range []string{"value,zh,en,tone,aliases\na,甲,A,act,x|y\n", "value,zh\na,甲\na,乙\n", "value\n\"", "zh\n"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		codes, err := intake.ReadCodes(t.Context(), format.Bytes("codes.csv", content))
		if err != nil {
			if !errors.Is(err, layers.ErrInvalid) {
				t.Errorf("%v is not of kind ErrInvalid", err)
			}
			return
		}
		field := layers.Field{Type: layers.Coded}
		for _, c := range codes {
			for _, name := range append([]string{c.Value, c.Title.Zh, c.Title.En}, c.Aliases...) {
				if got, err := field.Parse(name, codes, time.UTC); err != nil || got != c.Value {
					t.Errorf("%q is read as %v, %v, want %q", name, got, err, c.Value)
				}
			}
		}
	})
}

func TestReadCodesNamesEveryFault(t *testing.T) {
	_, err := intake.ReadCodes(t.Context(), format.Bytes("codes.csv", []byte(strings.Join([]string{
		"value,zh,en,tone", "a,甲,A,", "b,甲,B,", "a b,乙,C,", "d,丁,D,loud", "e,,,", "f,信访,F,", "g,13800138000,G,", "h,辛"}, "\n"))))
	if !errors.Is(err, layers.ErrInvalid) {
		t.Fatalf("got %v", err)
	}
	for _, want := range []string{`row 2: "甲" stands for a already`, `row 3: the value "a b"`, `row 4: "loud"`, `row 5: the value "e" has no title`,
		"row 6: a category that labels people", "row 7: holds a mobile phone number", "row 8: has 2 values"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in %v", want, err)
		}
	}
	if strings.Contains(err.Error(), "13800138000") {
		t.Error("the message repeats the number")
	}
	for name, content := range map[string]string{"no rows": "value,zh\n", "no value column": "code,zh\na,b\n", "empty": "", "not UTF-8": "value,zh\na,\xff\n"} {
		if _, err := intake.ReadCodes(t.Context(), format.Bytes("codes.csv", []byte(content))); !errors.Is(err, layers.ErrInvalid) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
