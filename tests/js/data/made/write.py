#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# What programs write that use Debian's Python libraries: a workbook of each of
# two, a document, a PDF, a book, a notebook, mails. Into the current folder.
import datetime
import email.message
import email.policy

import docx
import nbformat.v4 as notebooks
import openpyxl
import xlsxwriter
from ebooklib import epub
from reportlab.pdfgen import canvas

DAY = datetime.date(2026, 4, 3)
FORMATS = ['[$CHF-807] #,##0.00', '[Magenta]0.0', '[h]:mm', 'yyyy-mm-dd hh:mm', '_-* #,##0.00 "h"_-', '[White]0', '0.00E+00', '@']

book = openpyxl.Workbook()
sheet = book.active
sheet.title = 'Hives & wax'
sheet.append(['hive', 'opened', 'honey', 'share'])
sheet.append(['North', DAY, 12, 0.25])
sheet.append(['Süd "2"', datetime.datetime(2026, 4, 3, 18, 30), 7.25, '=D2*2'])
sheet['D2'].number_format = '0%'
sheet['C2'].number_format = FORMATS[0]
sheet.merge_cells('A5:B5')
sheet['A5'] = 'two\nlines'
for i, code in enumerate(FORMATS):
    sheet.cell(row=7, column=i + 1, value=1.5).number_format = code
hidden = book.create_sheet('Aside')
hidden.sheet_state = 'hidden'
hidden['B2'] = True
book.save('openpyxl.xlsx')

book = xlsxwriter.Workbook('xlsxwriter.xlsx', {'date_1904': True, 'use_zip64': True})
book.set_properties({'created': datetime.datetime(2026, 4, 3)})
sheet = book.add_worksheet('1904')
for i, code in enumerate(FORMATS):
    sheet.write(0, i, 1.5, book.add_format({'num_format': code}))
sheet.write_datetime(1, 0, DAY, book.add_format({'num_format': 'd mmm yyyy'}))
sheet.write_formula(1, 1, '=1/0', None, '#DIV/0!')
sheet.write_rich_string(1, 2, 'half ', book.add_format({'bold': True}), 'bold')
sheet.write_url(1, 3, 'https://example.org/', string='a page')
book.close()

paper = docx.Document()
paper.core_properties.created = paper.core_properties.modified = datetime.datetime(2026, 4, 3)
paper.add_heading('Bees', 0)
paper.add_heading('What they need', 1)
line = paper.add_paragraph('Water, ')
line.add_run('flowers').bold = True
line.add_run(' and peace.')
for word in ['Water', 'Flowers']:
    paper.add_paragraph(word, style='List Bullet')
for word in ['Look', 'Wait']:
    paper.add_paragraph(word, style='List Number')
table = paper.add_table(2, 2)
for cell, word in zip([c for row in table.rows for c in row.cells], ['Hive', 'Bees', 'North', '40 000']):
    cell.text = word
paper.add_page_break()
paper.add_paragraph('花子 says so.', style='Quote')
paper.sections[0].header.paragraphs[0].text = 'Head of each page'
paper.save('python-docx.docx')

page = canvas.Canvas('reportlab.pdf', invariant=1)
page.drawString(72, 720, 'Bees, page one: Größe 4 €')
page.drawString(72, 700, 'second line')
page.showPage()
page.drawRightString(300, 720, 'page two')
page.save()

tale = epub.EpubBook()
tale.set_identifier('hives')
tale.set_title('A tale of bees')
tale.set_language('ja')
chapters = []
for number, words in enumerate(['<h1>One</h1><p>The <ruby>蜂<rt>はち</rt></ruby> sleeps.</p>', '<h1>Two</h1><ol><li>Wake</li><li>Fly</li></ol>']):
    chapter = epub.EpubHtml(title=str(number), file_name=f'chapter {number}.xhtml', lang='en')
    chapter.content = words
    tale.add_item(chapter)
    chapters.append(chapter)
tale.spine = ['nav', *reversed(chapters)]
tale.add_item(epub.EpubNcx())
tale.add_item(epub.EpubNav())
epub.write_epub('ebooklib.epub', tale)

note = notebooks.new_notebook(cells=[
    notebooks.new_markdown_cell('# Counting\n\nBees, ![](attachment:bee.png)', id='a', attachments={'bee.png': {'image/png': 'iVBORw0KGgo='}}),
    notebooks.new_code_cell('print(6 * 7)', id='b', execution_count=1, outputs=[
        notebooks.new_output('stream', name='stdout', text='42\n'),
        notebooks.new_output('execute_result', {'text/plain': "'\x1b[32mgreen\x1b[0m'", 'text/html': '<b>green</b>'}, execution_count=1),
        notebooks.new_output('error', ename='KeyError', evalue="'wax'", traceback=["\x1b[31mKeyError\x1b[0m: 'wax'"])]),
    notebooks.new_raw_cell('as it is', id='c')])
with open('nbformat.ipynb', 'w', encoding='utf-8') as file:
    file.write(notebooks.writes(note))

mail = email.message.EmailMessage(policy=email.policy.SMTP)
mail['From'] = 'Zoë <zoe@example.org>'
mail['To'] = 'Łukasz Żuk <lukasz@example.org>'
mail['Date'] = 'Fri, 03 Apr 2026 10:00:00 +0200'
mail['Subject'] = 'Nine frames, 花子 counted them twice and wrote it down in a line that is rather long'
mail.set_content('Dear Łukasz,\n\nnine frames = nine combs.\n')
mail.add_alternative('<p>Dear <b>Łukasz</b>', subtype='html')
mail.add_attachment('hive;honey\nNorth;12\n'.encode('utf-8'), maintype='text', subtype='csv', filename='Süd ernte.csv')
inner = email.message.EmailMessage(policy=email.policy.SMTP)
inner['From'] = 'hanako@example.org'
inner['Subject'] = 'Before'
inner.set_content('What was said before.\n', charset='iso-8859-1', cte='quoted-printable')
mail.add_attachment(inner)
mail.set_boundary('====hives====')
mail.get_payload()[0].set_boundary('====words====')
with open('python.eml', 'wb') as file:
    file.write(mail.as_bytes())
