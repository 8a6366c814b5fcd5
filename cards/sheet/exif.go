package sheet

import (
	"bytes"
	"encoding/binary"
)

// orientation returns how a camera was held, 1 to 8 (EXIF 2.32, tag 0x0112), from the file of a JPEG; 1, upright, where it does not say.
func orientation(file []byte) int {
	const app1, startOfScan = 0xe1, 0xda
	for at := 2; at+4 <= len(file) && file[at] == 0xff; {
		marker, size := file[at+1], int(binary.BigEndian.Uint16(file[at+2:]))
		if marker == 0xff { // fill
			at++
			continue
		}
		if marker == startOfScan || size < 2 || at+2+size > len(file) {
			return 1
		}
		if exif, ok := bytes.CutPrefix(file[at+4:at+2+size], []byte("Exif\x00\x00")); ok && marker == app1 {
			return tiffOrientation(exif)
		}
		at += 2 + size
	}
	return 1
}

// tiffOrientation finds the tag in the first directory of a TIFF (TIFF 6.0, section 2).
func tiffOrientation(tiff []byte) int {
	var order binary.ByteOrder = binary.LittleEndian
	switch {
	case bytes.HasPrefix(tiff, []byte("II*\x00")):
	case bytes.HasPrefix(tiff, []byte("MM\x00*")):
		order = binary.BigEndian
	default:
		return 1
	}
	if len(tiff) < 8 {
		return 1
	}
	at := int64(order.Uint32(tiff[4:]))
	if at+2 > int64(len(tiff)) {
		return 1
	}
	entries := tiff[at+2:]
	const entry, tag, short = 12, 0x0112, 3
	for range order.Uint16(tiff[at:]) {
		if len(entries) < entry {
			return 1
		}
		if order.Uint16(entries) == tag && order.Uint16(entries[2:]) == short {
			if v := int(order.Uint16(entries[8:])); v >= 1 && v <= 8 {
				return v
			}
			return 1
		}
		entries = entries[entry:]
	}
	return 1
}
