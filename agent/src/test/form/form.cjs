// Prints what a form stores: node form.cjs EDITOR SCHEMA [VALUE]. The editor builds the form from the schema,
// then somebody enters the value, if one is given.
const fs = require('fs')
const path = require('path')
const {JSDOM} = require('jsdom')

const [editor, schema, value] = process.argv.slice(2)
const {window} = new JSDOM('<div id=form></div>', {runScripts: 'outside-only', pretendToBeVisual: true})
window.eval(fs.readFileSync(path.join('node_modules', editor, 'dist/jsoneditor.js'), 'utf8'))
const form = new window.JSONEditor(window.document.getElementById('form'), {
  schema: JSON.parse(fs.readFileSync(schema)),
  disable_edit_json: true,
})

// Each editor finishes its work in timers of its own.
setTimeout(() => {
  if (value) {
    form.setValue(JSON.parse(value))
  }
  setTimeout(() => {
    const complaints = form.validate().map(complaint => complaint.path).sort()
    console.log(JSON.stringify({stores: form.getValue(), complaints: [...new Set(complaints)]}))
    process.exit()
  }, 300)
}, 300)
