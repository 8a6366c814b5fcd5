package lookup

import (
	"fmt"
	"time"

	"sehat/cards"
)

// listsText says how old the list of revoked cards is that a card was judged by; nothing where none was asked.
func listsText(lang string, list cards.ListAge) string {
	if list.MadeAt.IsZero() {
		return ""
	}
	made := list.MadeAt.In(time.UTC)
	day := dateText(lang, made.Year(), int(made.Month()), made.Day())
	if list.Stale() {
		return fmt.Sprintf(text{
			"The list of revoked cards is of %s, too old to rely on: a card revoked since then looks good here. Tell the people who run this service.",
			"रद्द कार्डों की सूची %s की है, भरोसे के लिए बहुत पुरानी: उसके बाद रद्द हुआ कार्ड यहाँ सही दिखेगा। सेवा चलाने वालों को बताएँ।",
		}.in(lang), day)
	}
	return fmt.Sprintf(text{"Checked against the list of revoked cards of %s.", "रद्द कार्डों की %s की सूची से जाँचा गया।"}.in(lang), day)
}
