package xlsx

// plainCell reads a cell that is spelled as nearly all programs spell it, if one comes next and lies in the buffer:
//
//	<c r="A1" s="1" t="s"><v>7</v></c>
//	<c r="A1" t="inlineStr"><is><t>text</t></is></c>
//	<c r="A1" s="1"/>
//
// It reports false, and has read nothing, where it sees anything else; then [Rows.readCell] reads on tag by tag and tells what is
// wrong, if anything is. Without this reading takes two and a half times as long (measured).
func (r *Rows) plainCell() bool {
	b := r.s.buf[r.s.pos:r.s.end]
	if !has(b, 0, `<c r="`) {
		return false
	}
	i, col, row := len(`<c r="`), 0, 0
	for ; i < len(b) && b[i] >= 'A' && b[i] <= 'Z' && col <= maxColumns; i++ {
		col = col*26 + int(b[i]-'A') + 1
	}
	for ; i < len(b) && b[i] >= '0' && b[i] <= '9' && row <= maxRows; i++ {
		row = row*10 + int(b[i]-'0')
	}
	if row != r.row || col <= r.col || col > maxColumns || !has(b, i, `"`) {
		return false
	}
	i++
	if has(b, i, ` s="`) {
		first := i + len(` s="`)
		for i = first; i < len(b) && b[i] >= '0' && b[i] <= '9'; i++ {
		}
		if i == first || i-first > 9 || !has(b, i, `"`) {
			return false
		}
		i++
	}
	var typ cellType
	switch {
	case has(b, i, `/>`):
		r.col = col
		r.s.pos += i + len(`/>`)
		return true
	case has(b, i, `><v>`):
		i += len(`><v>`)
	case has(b, i, ` t="s"><v>`):
		typ = sharedCell
		i += len(` t="s"><v>`)
	case has(b, i, ` t="n"><v>`):
		i += len(` t="n"><v>`)
	case has(b, i, ` t="inlineStr"><is><t>`):
		typ = inlineCell
		i += len(` t="inlineStr"><is><t>`)
	default:
		return false
	}
	from := i
	for i < len(b) && plainByte[b[i]] && b[i] != '<' {
		i++
	}
	value, end := b[from:i], `</v></c>`
	if typ == inlineCell {
		end = `</t></is></c>`
	}
	if !has(b, i, end) {
		return false
	}
	i += len(end)
	if typ == sharedCell {
		n, ok := number(value)
		if !ok {
			return false
		}
		shared, err := r.book.sharedText(n)
		if err != nil {
			return false // told where it is read again
		}
		if shared != "" {
			r.found = append(r.found, found{col: col - 1, shared: shared})
		}
	} else if len(value) > 0 {
		start := len(r.text)
		r.text = append(r.text, value...)
		if typ == inlineCell {
			r.text = r.text[:start+len(unescape(r.text[start:]))]
		}
		r.found = append(r.found, found{col: col - 1, from: start, to: len(r.text)})
	}
	r.col = col
	r.s.pos += i
	return true
}

// has reports whether a text stands at a place.
func has(b []byte, at int, text string) bool {
	return len(b)-at >= len(text) && string(b[at:at+len(text)]) == text
}
