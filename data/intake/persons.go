package intake

import (
	"strings"
	"unicode"
)

// smell is what the name of a column says about persons.
type smell int

const (
	noSmell smell = iota
	// contact: perhaps somebody's contact, perhaps an office's. Never mapped
	// unless told to; the guard still looks at the values.
	contact
	// person: about a person. Never mapped.
	person
)

// personWords and contactWords are parts of Chinese column names.
var (
	personWords = []string{
		"姓名", "身份证", "证件号", "证件类型", "护照", "手机", "车牌", "号牌", "车架号", "当事人", "申请人", "被申请", "甲方", "乙方",
		"受害人", "被害人", "嫌疑人", "违法人", "报案人", "举报人", "信访人", "上访", "投诉人", "诉求人", "来访人", "经办人", "承办人", "调解员姓名",
		"责任人", "负责人", "联系人", "法人代表", "法定代表人", "户主", "户号", "家庭成员", "家庭住址", "家庭地址", "居住地址", "住址", "亲属", "配偶",
		"出生", "生日", "年龄", "性别", "民族", "宗教", "信仰", "籍贯", "户籍", "婚姻状况", "文化程度", "学历", "职业", "政治面貌", "特殊人群", "重点人",
		"人脸", "照片", "相片", "头像", "指纹", "微信", "邮箱", "银行卡", "imei",
	}
	contactWords = []string{"电话", "联系方式", "传真", "qq"}
)

// personTokens and contactTokens are whole words of English column names.
var (
	personTokens = []string{
		"surname", "firstname", "lastname", "fullname", "nickname", "username", "party", "parties", "plaintiff", "defendant", "applicant", "respondent",
		"complainant", "claimant", "petitioner", "victim", "suspect", "offender", "witness", "householder", "spouse", "relatives", "person", "persons",
		"idcard", "identity", "passport", "ssn", "plate", "vin", "imei", "mac", "mobile", "cellphone", "wechat", "email", "birth", "birthday", "birthdate",
		"dob", "age", "gender", "sex", "ethnicity", "ethnic", "nationality", "religion", "religious", "face", "photo", "photos", "fingerprint", "biometric",
	}
	contactTokens = []string{"phone", "telephone", "tel", "contact", "fax", "qq"}
	// personPairs are words that name a person only together.
	personPairs = []string{"first name", "last name", "full name", "family name", "given name", "id card", "id number", "e mail"}
)

// smellOfPerson judges the name of a column.
func smellOfPerson(column string) smell {
	folded := foldName(column)
	words := tokens(column)
	phrase := " " + strings.Join(words, " ") + " "
	judge := func(parts, whole []string) bool {
		for _, p := range parts {
			if strings.Contains(folded, p) {
				return true
			}
		}
		for _, w := range whole {
			if strings.Contains(phrase, " "+w+" ") {
				return true
			}
		}
		return false
	}
	switch {
	case judge(personWords, personTokens), judge(nil, personPairs):
		return person
	case judge(contactWords, contactTokens):
		return contact
	}
	return noSmell
}

// tokens cuts a name into its words, in lower case: "PartyName" and
// "party_name" are both "party", "name".
func tokens(name string) []string {
	var words []string
	var word []rune
	end := func() {
		if len(word) > 0 {
			words = append(words, strings.ToLower(string(word)))
			word = word[:0]
		}
	}
	lower := false
	for _, r := range name {
		r = narrow(r)
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) || lower && unicode.IsUpper(r) {
			end()
		}
		lower = unicode.IsLower(r)
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			word = append(word, r)
		}
	}
	end()
	return words
}
