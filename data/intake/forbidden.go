package intake

import (
	"strings"

	"sitmap/layers"
)

// forbiddenPlace says why cameras must not be at such a place, or not be on
// this map; empty when nothing stands against it. The first list follows
// article 8 of the Regulations on Public Security Video Image Information
// Systems (State Council order 799, 2025). A layer of cameras at places of
// worship would be about believers, not about safety.
func forbiddenPlace(kind string) string {
	folded := foldName(kind)
	words := " " + strings.Join(tokens(kind), " ") + " "
	has := func(chinese, english []string) bool {
		for _, w := range chinese {
			if strings.Contains(folded, w) {
				return true
			}
		}
		for _, w := range english {
			if strings.Contains(words, " "+w+" ") {
				return true
			}
		}
		return false
	}
	switch {
	case has([]string{"客房", "包间", "包房", "包厢", "雅间", "宿舍", "寝室", "浴室", "浴池", "澡堂", "淋浴", "卫生间", "厕所", "洗手间", "更衣", "哺乳", "母婴室", "试衣"},
		[]string{"hotel room", "guest room", "private room", "dormitory", "bedroom", "bathroom", "bath", "shower", "toilet", "restroom", "washroom",
			"changing room", "locker room", "nursing room", "fitting room"}):
		return "the law forbids cameras at such a place (order 799, article 8)"
	case has([]string{"宗教", "寺", "庙", "清真", "教堂", "道观", "佛堂", "礼拜"},
		[]string{"religious", "religion", "church", "mosque", "temple", "monastery", "worship"}):
		return "religious sites are no kind of place on this map"
	}
	return ""
}

// labelWords are parts of categories that label groups of people or protected
// speech. With some fifty residents in a grid they would point at persons.
var labelWords = []string{"民族", "宗教", "信访", "上访", "不稳定", "计划生育", "退役", "军人", "涉军", "涉台", "干部作风", "司法活动", "行政执法",
	"ethnic", "religio", "petition", "veteran"}

// otherCategory is the code that such categories become; what stood there is
// not kept.
const otherCategory = "99"

func labelsPeople(category string) bool {
	folded := foldName(category)
	for _, w := range labelWords {
		if strings.Contains(folded, w) {
			return true
		}
	}
	return false
}

// hasCode reports whether the list in force for the field has the code.
func hasCode(f layers.Field, own []layers.Code, value string) bool {
	list := f.List
	if own != nil {
		list = own
	}
	for _, c := range list {
		if c.Value == value {
			return true
		}
	}
	return false
}
