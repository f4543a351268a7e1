package intake

import (
	"strings"
	"testing"

	"sitmap/layers"
	"sitmap/layers/catalog"
)

// The identity numbers are the two examples in the text of GB 11643-1999, which
// are nobody's; the other values follow the patterns of the numbering plans.
func TestPrivate(t *testing.T) {
	const identity, mobile, plate, email = "an identity card number", "a mobile phone number", "a number plate", "an e-mail address"
	tests := map[string]string{
		"11010519491231002X":       identity,
		"440524188001010014":       identity,
		"号码11010519491231002x。":    identity,
		"１１０１０５１９４９１２３１００２Ｘ":       identity,
		"110105 19491231 002X":     identity,
		"110105\u200b19491231002X": identity,
		"110105194912310021":       "", // wrong check digit
		"11010519491331002X":       "", // no such month
		"62060200001320000001":     "", // a camera: 20 digits
		"620602001001001":          "", // a grid: 15 digits
		"13800138000":              mobile,
		"+86 138 0013 8000":        mobile,
		"0086-138-0013-8000":       mobile,
		"tel:8613800138000":        mobile,
		"20160930 13800138000":     mobile,
		"12800138000":              "", // no network begins with 12
		"138001380001":             "", // 12 digits
		"0935-2212345":             "", // a landline
		"101001240782":             "", // a case number of Boston
		"2016-09-30 14:05:00":      "",
		"138.12345678":             "", // a longitude
		"甘H12345":                  plate,
		"甘H·12345":                 plate,
		"京ad12345":                 plate, // electric: six places
		"甘Ｈ12345":                  plate,
		"粤B1234学":                  plate,
		"川A12345号车":                plate,
		"京G4501":                   "", // a motorway: four digits
		"甘C001620602":              "", // a village road
		"新区A座12层":                  "",
		"东大街12号":                   "",
		"wang@example.com":         email,
		"ＷＡＮＧ＠ＥＸＡＭＰＬＥ．ＣＯＭ": email,
		"5 @ 3":                          "",
		"":                               "",
		"615 E Fourth St":                "",
		strings.Repeat("1", 5000):        "",
		strings.Repeat("甘H1 ", 1000):     "",
		"x" + strings.Repeat(" 1", 1000): "",
	}
	for text, want := range tests {
		if got := private(text); got != want {
			t.Errorf("%.60q: got %q, want %q", text, got, want)
		}
	}
}

func TestSmellOfPerson(t *testing.T) {
	tests := map[string]smell{
		"姓名": person, "当事人姓名": person, "身份证号码": person, "手机号": person, "车牌号": person, "PARTY_NAME": person, "PartyName": person,
		"first name": person, "FirstName": person, "ID Card": person, "e-mail": person, "SubmittedPhoto": person, "民族": person, "性别": person,
		"gender": person, "dob": person, "household_owner_age": person, "责任人": person, "包案领导联系人": person,
		"联系电话": contact, "phone": contact, "Phone_No": contact, "contactName": contact, "电话": contact,
		"name": noSmell, "名称": noSmell, "camera_name": noSmell, "责任单位": noSmell, "CASE_TITLE": noSmell, "storage": noSmell, "page": noSmell,
		"Department": noSmell, "neighborhood": noSmell, "template": noSmell, "surface": noSmell, "ClosedDate": noSmell, "message": noSmell,
	}
	for column, want := range tests {
		if got := smellOfPerson(column); got != want {
			t.Errorf("%s: got %d, want %d", column, got, want)
		}
	}
}

// A catalogue that named a person's column among its aliases would import it.
func TestTheCatalogueHasNoPersons(t *testing.T) {
	for _, l := range catalog.All {
		for _, f := range l.Fields {
			for _, name := range append([]string{f.Name, f.Title.Zh, f.Title.En}, f.Aliases...) {
				if smellOfPerson(name) == person {
					t.Errorf("layer %s, field %s: the name %q speaks of a person", l.ID, f.Name, name)
				}
			}
			for _, c := range f.List {
				if f.Name == "place_kind" && forbiddenPlace(c.Value+" "+c.Title.Zh+" "+c.Title.En) != "" || labelsPeople(c.Value+c.Title.Zh+c.Title.En) {
					t.Errorf("layer %s, field %s: the guard refuses its code %s", l.ID, f.Name, c.Value)
				}
			}
		}
	}
}

// Two fields of a layer that share a name could not be told apart in a file.
func TestNamesOfALayerDiffer(t *testing.T) {
	for _, l := range catalog.All {
		taken := map[string]string{}
		for _, f := range l.Fields {
			own := map[string]bool{}
			for _, name := range append([]string{f.Name, f.Title.Zh, f.Title.En}, f.Aliases...) {
				own[foldName(name)] = true
			}
			for name := range own {
				if other, twice := taken[name]; twice {
					t.Errorf("layer %s: %q is a name of both %s and %s", l.ID, name, other, f.Name)
				}
				taken[name] = f.Name
			}
		}
	}
}

// Whatever the text, the guard gives an answer, and finds something when an
// identity number stands in it alone.
func FuzzPrivate(f *testing.F) {
	for _, seed := range []string{"11010519491231002X", "甘H·12345", "a@b.c", "138 0013 8000", "\xff\xfe", "甘", "京AA"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		private(s)
		smellOfPerson(s)
		forbiddenPlace(s)
		if private(s+" 。11010519491231002X。") == "" {
			t.Errorf("the number behind %q is not found", s)
		}
	})
}

func TestForbiddenPlace(t *testing.T) {
	for _, kind := range []string{"宾馆客房", "包间", "员工宿舍", "浴室", "公共卫生间", "更衣室", "母婴室", "试衣间", "hotel room", "Changing_Room", "TOILET", "清真寺", "寺庙", "church"} {
		if forbiddenPlace(kind) == "" {
			t.Errorf("%s passes", kind)
		}
	}
	for _, kind := range []string{"main_road", "主干道", "学校周边", "hospital_surroundings", "卡口", "公共场所", "bathurst street"} {
		if why := forbiddenPlace(kind); why != "" {
			t.Errorf("%s is refused: %s", kind, why)
		}
	}
}

func TestOwnCodesReplaceTheList(t *testing.T) {
	f := layers.Field{Name: "category", List: []layers.Code{{Value: "99"}}}
	if !hasCode(f, nil, "99") || hasCode(f, []layers.Code{{Value: "x"}}, "99") {
		t.Error("the city's own list does not take the place of the field's")
	}
}
