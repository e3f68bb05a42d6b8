	.globl main, twice
	.type main, @function
	.type twice, @function
main:
	xor %eax, %eax
	ret
	.size main, . - main
twice:
	lea (%rdi, %rdi), %eax
	ret
	.size twice, . - twice
	.section .note.GNU-stack, "", @progbits
