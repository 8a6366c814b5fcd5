package lookup

import (
	"fmt"
	"time"

	"sehat/cards"
	"sehat/records"
)

// An ending is why a card is valid no more, as far as it can be told.
type ending struct {
	state   string // as records.Card.StateAt; empty: it is valid
	since   string // a stamp; empty where nobody wrote it down
	version int    // of the same number, that replaced it; 0 if none
	instead string // another number that the person has, in groups; empty if none
	left    string // records.ResidentDied or ResidentMoved, where that is why
}

// endingOf tells why a card of a person is valid no more. shown is the version that was shown; 0 where only the number was typed.
func endingOf(found records.Found, card records.Card, shown int, now time.Time) ending {
	e := ending{state: card.StateAt(now), since: card.Since}
	if e.state == records.CardExpired {
		e.since = card.ExpiresAt
	}
	if !records.CardEnded(e.state) {
		e.state = ""
		if shown > 0 && shown < card.Version {
			return ending{state: records.CardReplaced, since: card.IssuedAt, version: card.Version}
		}
		return e
	}
	if s := found.Resident.State; s == records.ResidentDied || s == records.ResidentMoved {
		e.left = s
	}
	for _, c := range found.Cards {
		if c.Number != card.Number && !records.CardEnded(c.StateAt(now)) {
			if n, err := cards.ParseNumber(c.Number); err == nil {
				e.instead = n.Printed()
				break
			}
		}
	}
	return e
}

// message tells the desk what to do about a card that ended.
func (e ending) message() message {
	m := sayEnded[e.state]
	en, hi := e.help(english), e.help(hindi)
	if en != "" {
		m.help = text{en, hi}
	}
	return m
}

// help says what became of the card; nothing where there is no more to say than always.
func (e ending) help(lang string) string {
	on := stampText(lang, e.since)
	say := func(en, hi string, args ...any) string { return fmt.Sprintf(text{en, hi}.in(lang), args...) }
	switch {
	case on == "":
		return ""
	case e.left == records.ResidentDied:
		return say("The register says since %s that its holder has died. Whoever shows it is somebody else: keep the card for the centre.",
			"रजिस्टर के अनुसार (%s से) इस कार्ड के धारक का निधन हो चुका है। इसे दिखाने वाला कोई और है: कार्ड केंद्र के लिए रख लें।", on)
	case e.left == records.ResidentMoved:
		return say("The register says since %s that its holder has moved away. Ask for another proof of who they are.",
			"रजिस्टर के अनुसार (%s से) इस कार्ड के धारक शहर छोड़ चुके हैं। पहचान का दूसरा प्रमाण माँगें।", on)
	case e.state == records.CardReplaced && e.version > 0:
		return say("A newer card with the same number (version %d) was issued on %s. Ask for it.",
			"इसी नंबर का नया कार्ड (संस्करण %d) %s को जारी हुआ है। वह माँगें।", e.version, on)
	case e.state == records.CardReplaced && e.instead != "":
		return say("Since %s the same person's card is %s. Ask for that one.", "%s से इसी व्यक्ति का कार्ड %s है। वह माँगें।", on, e.instead)
	case e.state == records.CardReplaced:
		return say("It was retired on %s, and no other card is known. Send the holder to the ward office.",
			"यह %s को बंद किया गया, और कोई दूसरा कार्ड दर्ज नहीं है। धारक को वार्ड कार्यालय भेजें।", on)
	case e.state == records.CardExpired:
		return say("It was a temporary card, valid until %s. The holder can ask the ward office for the permanent one.",
			"यह अस्थायी कार्ड %s तक मान्य था। धारक वार्ड कार्यालय से स्थायी कार्ड ले सकते हैं।", on)
	case e.state == records.CardLost && e.instead != "":
		return say("On %s its holder told that it is lost, and has a new card. Whoever shows this one may be somebody else: ask for another proof, and keep the card for the centre.",
			"%s को धारक ने इसके खोने की सूचना दी; उनके पास नया कार्ड है। इसे दिखाने वाला कोई और हो सकता है: पहचान का दूसरा प्रमाण माँगें और यह कार्ड केंद्र के लिए रख लें।", on)
	case e.state == records.CardLost:
		return say("On %s its holder told that it is lost. Whoever shows it may be somebody else: ask for another proof, and keep the card for the centre.",
			"%s को धारक ने इसके खोने की सूचना दी। इसे दिखाने वाला कोई और हो सकता है: पहचान का दूसरा प्रमाण माँगें और यह कार्ड केंद्र के लिए रख लें।", on)
	case e.state == records.CardRevoked:
		return say("It was revoked on %s and is valid no more. Ask for another proof of who they are, and keep the card for the centre.",
			"यह %s को रद्द किया गया और अब मान्य नहीं है। पहचान का दूसरा प्रमाण माँगें और यह कार्ड केंद्र के लिए रख लें।", on)
	}
	return ""
}

// sayAstray are cards that are genuine and should be in nobody's hand.
var sayAstray = map[string]message{
	records.CardSpoiled: {
		text{"This copy was thrown away", "यह प्रति रद्द की जा चुकी है"},
		text{"It was spoiled, or handed in because it was damaged, and a new one with the same number is on its way. See that this is the person.", "यह छपाई में ख़राब हुई थी या टूटी होने पर लौटाई गई थी; इसी नंबर का नया कार्ड आ रहा है। देखें कि यह वही व्यक्ति है।"},
	},
	records.CardReturned: {
		text{"This card came back undelivered", "यह कार्ड बिना पहुँचे लौट आया था"},
		text{"By the register it lies at the ward office. See that this is the person, and tell the centre.", "रजिस्टर के अनुसार यह वार्ड कार्यालय में है। देखें कि यह वही व्यक्ति है, और केंद्र को बताएँ।"},
	},
}

// sayOnItsWay is a genuine card of which the register has not heard that anybody was given it: news of that is often late.
var sayOnItsWay = message{
	text{"Genuine card", "असली कार्ड"},
	text{"The centre's signature is right. The register has not heard yet that it was handed over: see that this is the person.", "केंद्र के हस्ताक्षर सही हैं। कार्ड सौंपे जाने की सूचना अभी नहीं आई है: देखें कि यह वही व्यक्ति है।"},
}
