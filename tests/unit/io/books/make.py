# Makes the workbooks of tests/unit/io/books (openpyxl 3.0.9; then LibreOffice 7.4 --convert-to xls and xlsx).
import openpyxl, datetime, random
random.seed(1)
wb=openpyxl.Workbook(); ws=wb.active; ws.title='答卷'
ws.append(['序号','答案','金额','日期','是否','占比'])
for i in range(1,161):
    text=('第%d个答案，选择“其他”'%i if i%3 else 'answer %d, plain'%i)+('x'*(i%97))
    ws.append([i,text,None if i%50==0 else round(random.lognormvariate(5,1),2),datetime.date(1990,1,1)+datetime.timedelta(days=37*i),i%4==0,i/1000])
for r in range(2,162):
    ws.cell(r,4).number_format='yyyy"年"m"月"d"日"'; ws.cell(r,6).number_format='0.0%'
h=wb.create_sheet('隐藏',0); h.sheet_state='hidden'; h.append(['x']); h.append([1])
s=wb.create_sheet('Notes'); s['B3']='a'; s['C3']='b'; s['B4']=1; s['C4']='=B4*2'; s['C6']='=1<2'; s['B6']='#N/A'; s['B7']='=IF(B4=1,"yes","no")'
e=wb.create_sheet('Errors'); e['A1']='n'; e['A2']=1; e['A3']='=1/0'; e['A4']='x'
m=wb.create_sheet('Mixed'); m['A1']='n'; m['B1']='t'; m['A2']=1; m['B2']='a,b'; m['A4']='many'; m['B4']='c'
empty=wb.create_sheet('Empty')
wb.active=1
wb.save('openpyxl.xlsx')
