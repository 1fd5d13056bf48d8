// Reads the description of the API for both pages.
"use strict";

// Where texts and samples say that the service is, unless it knows its public address: here it is where this page came
// from.
const WRITTEN_FOR = /http:[/][/]127[.]0[.]0[.]1:8000/g;

async function readDescription(address) {
  const text = await (await fetch(address)).text();
  return JSON.parse(text.replaceAll(WRITTEN_FOR, location.origin));
}
