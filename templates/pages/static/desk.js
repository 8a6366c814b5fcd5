// The page works without this. With it, the field selects what it holds, so that the next scan replaces what was typed, and
// Escape empties it.
"use strict";
const field = document.getElementById("field");
if (field) {
	field.focus();
	field.select();
	field.addEventListener("keydown", (event) => {
		if (event.key === "Escape") field.value = "";
	});
}
